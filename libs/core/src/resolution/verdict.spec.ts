import type { ResolverTrust } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';
import { verdictOf } from './verdict.js';
import type { Claim } from './verdict.js';

const FOO = { id: 'foo', status: 'active' } as Tenant;

function claim(trust: ResolverTrust, more: Partial<Claim> = {}): Claim {
  const resolver = { name: trust, trust, resolve: () => ({ kind: 'notApplicable' as const }) };
  return {
    resolver,
    answer: { kind: 'resolved', identifier: 'foo', weak: false },
    identifier: 'foo',
    tenant: FOO,
    ...more,
  };
}

const silent = (trust: ResolverTrust): Claim => {
  const { resolver } = claim(trust);
  return { resolver, answer: { kind: 'notApplicable' } };
};

describe('the trust of a verdict', () => {
  it.each([
    [['network'], 'network'],
    [['proxy'], 'proxy'],
    [['verified'], 'verified'],
    [['network', 'proxy'], 'proxy'],
    [['proxy', 'network'], 'proxy'],
    [['network', 'verified'], 'verified'],
    [['verified', 'network', 'proxy'], 'verified'],
    [['network', 'network'], 'network'],
  ] as [ResolverTrust[], ResolverTrust][])('of the claims %j is %s', (trusts, trust) => {
    expect(verdictOf(trusts.map((each) => claim(each)))).toMatchObject({ kind: 'resolved', tenant: FOO, trust });
  });

  it('does not come from a resolver that does not apply', () => {
    const outcome = verdictOf([claim('network'), silent('verified'), silent('proxy')]);
    expect(outcome).toMatchObject({ kind: 'resolved', trust: 'network' });
  });

  it('does not come from a weak claim whose tenant is unknown', () => {
    const weak = claim('verified', {
      answer: { kind: 'resolved', identifier: 'www', weak: true },
      identifier: 'www',
      tenant: null,
    });
    expect(verdictOf([claim('network'), weak])).toMatchObject({ kind: 'resolved', trust: 'network' });
  });
});
