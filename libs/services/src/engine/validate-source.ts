import type { Clock } from '@tenantry/core';
import { deferred } from '../kernel/deferred.js';
import type { ServiceLimits } from '../kernel/service-limits.js';
import type { FromThread } from '../thread/messages.js';
import { EngineThread } from './engine-thread.js';
import type { ServiceSource, Validation } from './service-engine.js';

const DOES_NOT_YIELD = {
  isValid: false,
  error: { message: 'The module does not yield while it loads: its thread had to be ended.' },
} as const;

/** Validates a source in a thread of its own, which ends afterwards. */
export async function validateSource(
  { source, language }: ServiceSource,
  limits: ServiceLimits,
  clock: Clock,
): Promise<Validation> {
  const result = deferred<Validation>();
  const thread = new EngineThread(clock, (message) => result.resolve(validationOf(message)));
  try {
    await thread.ready;
    const self = thread.watchItself(limits);
    void self.watched().then(() => result.resolve(DOES_NOT_YIELD));
    thread.post({ type: 'validate', source, isTypeScript: language === 'typescript', limits });
    return await result.promise;
  } finally {
    await thread.end();
  }
}

function validationOf(message: FromThread): Validation {
  if (message.type === 'validated') return { isValid: true, code: message.code, manifest: message.manifest };
  return {
    isValid: false,
    error: message.type === 'invalid' ? message.error : { message: 'The module cannot be loaded.' },
  };
}
