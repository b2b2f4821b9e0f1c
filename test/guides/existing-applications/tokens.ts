import { Injectable } from '@nestjs/common';
import { fromHost, fromJwtClaim, MultitenancyModule, TenantContext } from '@tenantry/core';
import { jwtVerify, SignJWT } from 'jose';
import { catalog, key } from './application.js'; // yours

export const tenancy = MultitenancyModule.forRoot({
  catalog,
  resolvers: [
    fromHost(),
    fromJwtClaim({
      claim: 'tid',
      verify: async (token) => (await jwtVerify(token, key, { algorithms: ['HS256'] })).payload,
    }),
  ],
});

@Injectable()
export class Tokens {
  constructor(private readonly tenantContext: TenantContext) {}

  /** Called in the tenant's scope. */
  issueFor(userId: string): Promise<string> {
    const token = new SignJWT({ sub: userId, tid: this.tenantContext.tenant.id });
    return token.setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(key);
  }
}
