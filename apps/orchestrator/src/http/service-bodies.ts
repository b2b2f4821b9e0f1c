const RUN = /^(?:\/t\/[^/?]+)?\/services\/[^/?]/i;
const UPLOAD = /^(?:\/t\/[^/?]+)?\/admin\/services\/[^/?]+\/?(?:\?|$)/i;

/** The part of Node's requests that is needed. */
export interface TargetedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** Whether a body is a tenant's service's to read, or its source: of any type, and not parsed. */
export function isForService({ method, url = '' }: TargetedRequest): boolean {
  return RUN.test(url) || (method === 'PUT' && UPLOAD.test(url));
}
