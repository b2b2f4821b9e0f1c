import { tenantCondition } from './tenant-condition.js';

/** The setting as policies of the kit have it, where the catalog breaks lines. */
const SET = `CASE
    WHEN (current_setting('tenantry.tenant_id'::text, true) <> ''::text) THEN current_setting('tenantry.tenant_id'::text, true)
    ELSE NULL::text
END`;
const OWN = `tenant_id = NULLIF(current_setting('tenantry.tenant_id'::text, true), ''::text)`;

describe('tenantCondition', () => {
  it.each([
    `(${OWN})`,
    `((tenant_id)::text = current_setting('tenantry.tenant_id'::text))`,
    `(tenant_id = (NULLIF(current_setting('tenantry.tenant_id'::text, true), ''::text))::uuid)`,
    `(current_setting('tenantry.tenant_id'::text, true) = "Tenant of")`,
    `(tenant_id = ( SELECT current_setting('tenantry.tenant_id'::text, true) AS current_setting))`,
    `((${OWN}) AND (kind = ' OR '::text))`,
    `(tenant_id = ( SELECT (NULLIF(current_setting('tenantry.tenant_id'::text, true), ''::text))::uuid AS "nullif"))`,
    `((tenant_id)::text = ((( SELECT current_setting('tenantry.tenant_id'::text, false) AS tenant_id))::character varying)::text)`,
    `(current_setting = current_setting('tenantry.tenant_id'::text))`,
    `(((id > 1) AND (${OWN})) OR ((${OWN}) AND deleted))`,
    `(tenant_id =\n${SET})`,
    `((tenant_id)::text =\n${SET})`,
    `(tenant_id = (\n${SET})::uuid)`,
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
    `((current_setting('tenantry.tenant_id'::text, true) IS NULL) OR (${OWN}))`,
    `((current_setting('tenantry.tenant_id'::text, true) = ''::text) OR (${OWN}))`,
    `(( SELECT (current_setting('tenantry.tenant_id'::text, true) IS NULL) AS "?column?") OR (${OWN}))`,
    `((${OWN}) OR (true = is_admin((current_setting('tenantry.tenant_id'::text))::uuid)))`,
    `(current_setting('tenantry.tenant_id'::text) <> ''::text)`,
    `((true)::text = current_setting('tenantry.tenant_id'::text))`,
  ])('is not bound by %s', (expression) => {
    expect(tenantCondition(expression)).toBe('unbound');
  });

  it.each([
    `(tenant_id = COALESCE(current_setting('tenantry.tenant_id'::text, true), 'acme'::text))`,
    `(tenant_id <> current_setting('tenantry.tenant_id'::text))`,
    `(tenant_id = ANY (ARRAY[current_setting('tenantry.tenant_id'::text), 'public'::text]))`,
    `(NOT (${OWN}))`,
    `((${OWN}) IS NOT FALSE)`,
    `(tenant_id = evil.current_setting('tenantry.tenant_id'::text))`,
    `(tenant_id = current_setting('tenantry.tenant_id'::text, maybe))`,
    `(tenant_id OPERATOR(evil.=) current_setting('tenantry.tenant_id'::text))`,
    `(false = (tenant_id = current_setting('tenantry.tenant_id'::text)))`,
    `((false)::text = (current_setting('tenantry.tenant_id'::text) || tenant_id))`,
    `(is_public = (tenant_id = current_setting('tenantry.tenant_id'::text)))`,
    `(tenant_id = regexp_replace(current_setting('tenantry.tenant_id'::text), '.*'::text, 'b'::text))`,
    `(tenant_id = GREATEST(current_setting('tenantry.tenant_id'::text), 'b'::text))`,
    `(tenant_id = ( SELECT max(v.x) AS max FROM v WHERE (current_setting('tenantry.tenant_id'::text) IS NOT NULL)))`,
    `(body = concat('b', NULLIF(current_setting('tenantry.tenant_id'::text), current_setting('tenantry.tenant_id'::text))))`,
    `(tenant_id = NULLIF(current_setting('tenantry.tenant_id'::text, true), body))`,
    `(tenant_id = (current_setting('tenantry.tenant_id'::text))::character varying(1))`,
    `((tenant_id)::character(1) = (current_setting('tenantry.tenant_id'::text))::character(1))`,
    `(tenant_id = (current_setting('tenantry.tenant_id'::text) COLLATE evil.same))`,
    `(tenant_id =\n${SET.replace('NULL::text', "'b'::text")})`,
    `(tenant_id =\n${SET.replace('<>', '=')})`,
  ])('cannot decide about %s', (expression) => {
    expect(tenantCondition(expression)).toBe('unclear');
  });
});
