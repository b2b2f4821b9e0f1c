import { SECRETS_REQUEST_CHANNEL } from '../secrets/secrets-state.js';
import type { SecretsRequestEvent } from '../secrets/secrets-state.js';
import type { MetricSource } from './metric-source.js';

/** `tenantry.secrets.*`. */
export const secretsMetrics: MetricSource = ({ meter, events, secrets }) => {
  const count = meter.counter('tenantry.secrets.requests', 'Requests to the source of secrets');
  events.onAny<SecretsRequestEvent>(SECRETS_REQUEST_CHANNEL, ({ secrets: source, operation, outcome }) => {
    if (secrets.owns(source)) count({ operation, outcome });
  });
  meter.gauge(
    'tenantry.secrets.token.expires_in',
    'Time until the token for the source of secrets expires; 0 = it has expired',
    (observe) => {
      const expiresInMs = secrets.expiresInMs();
      if (expiresInMs !== undefined) observe(Math.max(0, expiresInMs) / 1_000);
    },
    's',
  );
};
