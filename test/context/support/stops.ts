import { Inject, Injectable } from '@nestjs/common';
import { MultitenancyError, TenantContext } from '@tenantry/core';
import type { Visit } from './visit.js';

/** How often a kind of stop met its own tenant, another one, or none. */
export interface Verdicts {
  right: number;
  wrong: number;
  missing: number;
}

const SAMPLES = 10;

/** What all stops of a run have met. */
export class Tally {
  readonly kinds = new Map<string, Verdicts>();
  /** The first few stops that were not right, for the message. */
  readonly samples: string[] = [];

  get total(): Verdicts {
    const total = { right: 0, wrong: 0, missing: 0 };
    for (const { right, wrong, missing } of this.kinds.values()) {
      total.right += right;
      total.wrong += wrong;
      total.missing += missing;
    }
    return total;
  }

  count(kind: string, verdict: keyof Verdicts, sample: string): void {
    const verdicts = this.kinds.get(kind) ?? { right: 0, wrong: 0, missing: 0 };
    this.kinds.set(kind, verdicts);
    verdicts[verdict] += 1;
    if (verdict !== 'right' && this.samples.length < SAMPLES) this.samples.push(`${kind}: ${sample}`);
  }
}

/** The points in the code of the master test where the tenant is checked against what the URL says. */
@Injectable()
export class Stops {
  constructor(
    private readonly context: TenantContext,
    @Inject(Tally) private readonly tally: Tally,
  ) {}

  /** The running code must work for the visit's tenant, or for none where the visit names none. */
  at(kind: string, { tenantId, serial }: Visit): void {
    this.same(kind, serial, tenantId, this.#current());
  }

  /** Records which tenant a client, or another source, belongs to. */
  same(kind: string, serial: number, expected: string | null, actual: string | null): void {
    const verdict = actual === expected ? 'right' : actual === null ? 'missing' : 'wrong';
    this.tally.count(kind, verdict, `request ${serial} of ${expected ?? 'no tenant'} met ${actual ?? 'no tenant'}`);
  }

  /** The last words of every answer, in the name of whom the running code works for. */
  lastWords({ serial }: Visit): string {
    return `#${serial} ${this.#current() ?? 'no-tenant'}.`;
  }

  #current(): string | null {
    try {
      return this.context.tenantOrNull?.id ?? null;
    } catch (error) {
      return error instanceof MultitenancyError ? error.code : String(error);
    }
  }
}
