import { RegistryCapacityError, TenantClientExistsError } from '../../errors/client.errors.js';
import { assertOptionalFunction } from '../../kernel/argument-checks.js';
import { assertClient, assertOnExisting } from './placement-checks.js';
import type { FailureLog } from './failure-log.js';
import type { CapacityGate, Ticket } from '../capacity/capacity-gate.js';
import type { ClientBuilder, Recipe } from './client-builder.js';
import type { ClientCreations } from './client-creations.js';
import type { CloseClient } from '../client-entry.js';
import type { ClientOwner } from '../client-owners.js';
import type { ClientRoster } from '../client-roster.js';
import { previousInUse } from './creation.js';
import type { WaitLimits } from './creation.js';
import type { ExclusiveTurns } from '../capacity/exclusive-turns.js';
import type { RegistryEvents } from '../registry-events.js';
import type { AddOptions, CreateOptions, OnExisting } from '../registry-types.js';
import type { ResolvedRegistryOptions } from '../resolve-registry-options.js';

/** What placing works with. */
export interface PlacementParts<TClient, TOptions> {
  readonly options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly gate: CapacityGate;
  /** Of an exclusive kind. */
  readonly turns: ExclusiveTurns | undefined;
  readonly failures: FailureLog;
  readonly owner: ClientOwner;
  readonly events: RegistryEvents;
  readonly builder: ClientBuilder<TClient, TOptions>;
  readonly roster: ClientRoster<TClient>;
  readonly creations: ClientCreations<TClient, TOptions>;
}

/** Puts clients in place on demand: built or adopted, and with regard to what is there already. */
export class ClientPlacement<TClient, TOptions> {
  readonly #parts: PlacementParts<TClient, TOptions>;

  constructor(parts: PlacementParts<TClient, TOptions>) {
    this.#parts = parts;
  }

  /** As `TenantClientRegistry.createFrom`, from a recipe. */
  async build(tenantId: string, recipe: Recipe<TOptions>, options: CreateOptions): Promise<TClient> {
    const { onExisting = 'error', signal } = options;
    assertOnExisting(onExisting);
    signal?.throwIfAborted();
    const { gate, roster, creations } = this.#parts;
    const present = roster.find(tenantId);
    if (this.#keeps(tenantId, onExisting) && present !== undefined) return roster.use(present);
    if (onExisting === 'replace') await this.#runningOver(tenantId, signal);
    gate.assertOpen();
    const creation = creations.findOrBegin(tenantId, recipe, 'replaced');
    return creation.join(({ client }) => client, this.waitLimits(signal));
  }

  /** As `TenantClientRegistry.add`. */
  async adopt(tenantId: string, client: TClient, options: AddOptions<TClient>): Promise<boolean> {
    const { dispose = this.#parts.options.dispose, onExisting = 'error' } = options;
    assertClient(client);
    assertOnExisting(onExisting);
    assertOptionalFunction('dispose', dispose);
    const weight = this.#parts.builder.weigh(client);
    if (this.#keeps(tenantId, onExisting) || this.#isCurrent(tenantId, client)) return false;
    this.#parts.owner.assertFree(client, tenantId);
    const entering = this.#enter(tenantId, weight);
    const ticket = entering instanceof Promise ? await entering : entering;
    if (!this.#mayStill(tenantId, client, onExisting, ticket)) return false;
    this.#install(tenantId, client, ticket, dispose);
    return true;
  }

  /** The limits of callers that named no time: bounded while there is no room. */
  waitLimits(signal?: AbortSignal): WaitLimits {
    return { timeoutMs: this.#parts.options.acquireTimeoutMs, onlyForRoom: true, signal };
  }

  #install(tenantId: string, client: TClient, ticket: Ticket, close: CloseClient<TClient>): void {
    const { options, builder, roster, creations, failures, events } = this.#parts;
    const entry = builder.entry({ tenantId, client, ticket, close, recipe: undefined });
    roster.install(entry, 'replaced');
    events.emit('created', { kind: options.name, tenantId, durationMs: 0, isAdded: true });
    failures.clear(tenantId);
    creations.supersede(entry);
    roster.makeRoom();
  }

  /** Whether the present client is kept. @throws `MT_CLIENT_EXISTS` */
  #keeps(tenantId: string, onExisting: OnExisting): boolean {
    const { options, roster, creations } = this.#parts;
    const present = roster.find(tenantId) !== undefined || creations.find(tenantId) !== undefined;
    if (present && onExisting === 'error') throw new TenantClientExistsError(options.name, tenantId);
    return present && onExisting === 'keep';
  }

  #isCurrent(tenantId: string, client: TClient): boolean {
    return this.#parts.roster.find(tenantId)?.client === client;
  }

  /** Checks again what may have changed while it waited for room; gives the room back when a check fails. */
  #mayStill(tenantId: string, client: TClient, onExisting: OnExisting, ticket: Ticket): boolean {
    const { gate } = this.#parts;
    let welcome = false;
    try {
      gate.assertOpen();
      const isWelcome = !this.#keeps(tenantId, onExisting) && !this.#isCurrent(tenantId, client);
      if (isWelcome) this.#parts.owner.own(client, tenantId);
      welcome = isWelcome;
    } finally {
      if (!welcome) gate.leave(ticket);
    }
    return welcome;
  }

  /** Waits until no creation of the tenant runs, whether it succeeds or fails. */
  async #runningOver(tenantId: string, signal: AbortSignal | undefined): Promise<void> {
    const { creations } = this.#parts;
    for (let running = creations.find(tenantId); running !== undefined; running = creations.find(tenantId)) {
      const joined = running;
      await joined
        .join(() => undefined, this.waitLimits(signal))
        .catch((error: unknown) => {
          if (creations.find(tenantId) === joined || signal?.aborted) throw error;
        });
    }
  }

  /** Room for an adopted client; of an exclusive kind, once the present one is gone. */
  #enter(tenantId: string, weight: number): Ticket | Promise<Ticket> {
    const { turns, gate } = this.#parts;
    if (turns !== undefined) return this.#enterAlone(turns, tenantId, weight);
    return gate.tryEnter(weight) ?? this.#waitForRoom(tenantId, weight);
  }

  /** One deadline for all that it waits for: a creation that runs, the turn, and room. */
  #enterAlone(turns: ExclusiveTurns, tenantId: string, weight: number): Promise<Ticket> {
    const { name } = this.#parts.options;
    let awaitsRoom = false;
    const tooLate = (ms: number): Error =>
      awaitsRoom ? this.#noRoom(tenantId, ms) : previousInUse(name, tenantId, ms);
    return this.#inTime(tooLate, async (signal) => {
      const endTurn = await this.#turn(turns, tenantId, signal);
      awaitsRoom = true;
      try {
        const ticket =
          this.#parts.gate.tryEnter(weight) ?? (await this.#parts.gate.enterWith(tenantId, weight, signal));
        ticket.extras = { endTurn };
        return ticket;
      } catch (error) {
        endTurn();
        throw error;
      }
    });
  }

  async #turn(turns: ExclusiveTurns, tenantId: string, signal: AbortSignal): Promise<() => void> {
    const { roster } = this.#parts;
    await this.#runningOver(tenantId, signal);
    const present = roster.find(tenantId);
    if (present !== undefined) void roster.detach(present, 'replaced');
    return turns.enter(tenantId, signal);
  }

  #waitForRoom(tenantId: string, weight: number): Promise<Ticket> {
    const { gate } = this.#parts;
    return this.#inTime(
      (ms) => this.#noRoom(tenantId, ms),
      (signal) => gate.enterWith(tenantId, weight, signal),
    );
  }

  #noRoom(tenantId: string, afterMs: number): Error {
    const { name } = this.#parts.options;
    return new RegistryCapacityError(name, tenantId, `every client is in use and none came free within ${afterMs} ms`);
  }

  /** Waits for `acquireTimeoutMs` at most. */
  async #inTime<R>(tooLate: (afterMs: number) => Error, wait: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock, acquireTimeoutMs } = this.#parts.options;
    const deadline = new AbortController();
    const timer = clock.setTimer(() => deadline.abort(tooLate(acquireTimeoutMs)), acquireTimeoutMs);
    try {
      return await wait(deadline.signal);
    } finally {
      timer.clear();
    }
  }
}
