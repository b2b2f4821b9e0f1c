import { OptionsInvalidError } from '@tenantry/core';
import { ObservabilityModule } from '@tenantry/observability';
import { startObserved } from './support/observed-app.js';

const BAD: [string, unknown, string][] = [
  ['ObservabilityModule.forRoot', null, 'an object of options'],
  ['ObservabilityModule.forRoot', 'on', 'an object of options'],
  ['meterProvider', { meterProvider: {} }, 'an OpenTelemetry MeterProvider'],
  ['meterProvider', { meterProvider: null }, 'an OpenTelemetry MeterProvider'],
  ['name', { name: '' }, '1 to 63'],
  ['name', { name: 'two words' }, '1 to 63'],
  ['name', { name: 'x'.repeat(64) }, '1 to 63'],
  ['tenantLabel', { tenantLabel: 'on' }, '"off"'],
  ['tenantLabel', { tenantLabel: null }, '"off"'],
  ['tenantLabel', { tenantLabel: 100 }, '"off"'],
  ['tenantLabel', { tenantLabel: {} }, '"off"'],
  ['tenantLabel.top', { tenantLabel: { top: 0 } }, 'a whole number from 1 to 10000'],
  ['tenantLabel.top', { tenantLabel: { top: 1.5 } }, 'a whole number from 1 to 10000'],
  ['tenantLabel.top', { tenantLabel: { top: NaN } }, 'a whole number from 1 to 10000'],
  ['tenantLabel.top', { tenantLabel: { top: Infinity } }, 'a whole number from 1 to 10000'],
  ['tenantLabel.top', { tenantLabel: { top: '100' } }, 'a whole number from 1 to 10000'],
  ['tenantLabel.top', { tenantLabel: { top: 10_001 } }, 'a whole number from 1 to 10000'],
  ['tenantLabel.allow', { tenantLabel: { allow: [] } }, 'a list of 1 to 10000'],
  ['tenantLabel.allow', { tenantLabel: { allow: 'foo' } }, 'a list of 1 to 10000'],
  ['tenantLabel.allow[1]', { tenantLabel: { allow: ['foo', '../x'] } }, 'a tenant id'],
  ['tenantLabel.allow[0]', { tenantLabel: { allow: ['other'] } }, 'a tenant id other than "other"'],
  ['tenantLabel.allow[0]', { tenantLabel: { allow: [7] } }, 'a tenant id'],
  ['node', { node: '' }, '1 to 253'],
  ['node', { node: 'a b' }, '1 to 253'],
  ['spanAttribute', { spanAttribute: '' }, 'an attribute name'],
  ['spanAttribute', { spanAttribute: 'tenant id' }, 'an attribute name'],
  ['spanAttribute', { spanAttribute: 7 }, 'an attribute name'],
  ['secrets', { secrets: {} }, 'a list of TenantSecrets'],
  ['secrets[0]', { secrets: [{}] }, 'a TenantSecrets'],
  ['readyTimeoutMs', { readyTimeoutMs: 9 }, 'a number from 10 to 60000'],
  ['readyTimeoutMs', { readyTimeoutMs: NaN }, 'a number from 10 to 60000'],
  ['readyTimeoutMs', { readyTimeoutMs: 60_001 }, 'a number from 10 to 60000'],
  ['clock', { clock: {} }, 'a Clock'],
  ['loadOpenTelemetry', { loadOpenTelemetry: 'x' }, 'a function'],
];

describe('the options of ObservabilityModule', () => {
  it.each(BAD)('refuse a bad %s (%j), with the name and what is allowed', (option, options, allowed) => {
    const set = (): unknown => ObservabilityModule.forRoot(options as never);
    expect(set).toThrow(OptionsInvalidError);
    expect(set).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option }));
    expect(set).toThrow(allowed);
  });

  it('stop the start when they come from a factory', async () => {
    const bad = ObservabilityModule.forRootAsync({ useFactory: async () => ({ name: '' }) });
    await expect(startObserved('fastify', null, { imports: [bad] })).rejects.toMatchObject({
      code: 'MT_OPTIONS_INVALID',
    });
  });
});
