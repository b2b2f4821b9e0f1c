import { randomUUID } from 'node:crypto';

interface FakeToken {
  readonly value: string;
  leaseSeconds: number;
}

/** The tokens of the fake server. Leases do not run out by themselves: tests revoke them. */
export class FakeTokens {
  readonly #alive = new Map<string, FakeToken>();
  /** Lease of the next logins, seconds. */
  leaseSeconds = 3_600;
  /** Leases that renewals give, one after the other; then that of the login. */
  readonly renewals: number[] = [];
  renewable = true;
  /** What tokens start with. */
  prefix = 'hvs';
  /** Every token that was ever granted. */
  readonly granted: string[] = [];

  grant(): object {
    const token = { value: `${this.prefix}.${randomUUID()}`, leaseSeconds: this.leaseSeconds };
    this.#alive.set(token.value, token);
    this.granted.push(token.value);
    return this.#auth(token);
  }

  renew(token: FakeToken): object {
    token.leaseSeconds = this.renewals.shift() ?? this.leaseSeconds;
    return this.#auth(token);
  }

  find(value: string): FakeToken | undefined {
    return this.#alive.get(value);
  }

  revokeAll(): void {
    this.#alive.clear();
  }

  #auth({ value, leaseSeconds }: FakeToken): object {
    return { client_token: value, lease_duration: leaseSeconds, renewable: this.renewable, token_type: 'service' };
  }
}
