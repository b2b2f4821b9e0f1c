import { UnsupportedMediaTypeException } from '@nestjs/common';

const JAVASCRIPT = /^(?:text|application)\/javascript *(?:;|$)/i;
const TYPESCRIPT = /^(?:text|application)\/(?:x-)?typescript *(?:;|$)/i;

/** The language of an upload. @throws `UnsupportedMediaTypeException` (415) for any other type */
export function languageOf(contentType: string | undefined): 'javascript' | 'typescript' {
  if (contentType !== undefined && JAVASCRIPT.test(contentType)) return 'javascript';
  if (contentType !== undefined && TYPESCRIPT.test(contentType)) return 'typescript';
  throw new UnsupportedMediaTypeException();
}
