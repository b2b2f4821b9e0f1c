import { tenantCondition } from './tenant-condition.js';

const OWN = `tenant_id = NULLIF(current_setting('tenantry.tenant_id'::text, true), ''::text)`;

describe('tenantCondition', () => {
  it.each([
    `(${OWN})`,
    `((tenant_id)::text = current_setting('tenantry.tenant_id'::text))`,
    `(tenant_id = (NULLIF(current_setting('tenantry.tenant_id'::text, true), ''::text))::uuid)`,
    `(current_setting('tenantry.tenant_id'::text, true) = "Tenant of")`,
    `(tenant_id = ( SELECT current_setting('tenantry.tenant_id'::text, true) AS current_setting))`,
    `((${OWN}) AND (kind = ' OR '::text))`,
    `(((id > 1) AND (${OWN})) OR ((${OWN}) AND deleted))`,
  ])('is bound by %s', (expression) => {
    expect(tenantCondition(expression)).toBe('bound');
  });

  it.each([
    'true',
    `(tenant_id = 'acme'::text)`,
    `((${OWN}) OR (kind = 'public'::text))`,
    `((${OWN}) OR true)`,
    `((tenant_id = tenant_id) AND (id > 0))`,
    `(tenant_id = COALESCE(current_setting('tenantry.tenant_id'::text, true), tenant_id))`,
  ])('is not bound by %s', (expression) => {
    expect(tenantCondition(expression)).toBe('unbound');
  });

  it.each([
    `(tenant_id = COALESCE(current_setting('tenantry.tenant_id'::text, true), 'acme'::text))`,
    `((current_setting('tenantry.tenant_id'::text, true) IS NULL) OR (${OWN}))`,
    `(tenant_id <> current_setting('tenantry.tenant_id'::text))`,
    `(tenant_id = ANY (ARRAY[current_setting('tenantry.tenant_id'::text), 'public'::text]))`,
    `(NOT (${OWN}))`,
  ])('cannot tell of %s', (expression) => {
    expect(tenantCondition(expression)).toBe('unclear');
  });
});
