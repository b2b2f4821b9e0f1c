import { setTimeout as wait } from 'node:timers/promises';
import { freePort, withBalancer } from './balancers.mjs';
import { Client, DISPATCHES, overAll } from './client.mjs';
import { markdown } from './markdown.mjs';
import { withNodes } from './nodes.mjs';
import { DOMAINS } from './tenants.mjs';

const PATIENCE_MS = 30_000;

/** One of three nodes dies under load and comes back. */
export async function failover(kind) {
  const ports = await Promise.all(Array.from({ length: 3 }, freePort));
  return withNodes(ports, {}, (nodes) =>
    withBalancer(kind, { nodes: ports }, async (port) => {
      const load = new Load(port);
      const before = await load.homes();
      load.start();
      await load.more(1_000);
      await nodes[1].kill();
      await load.more(3_000);
      const without = await load.homes();
      await nodes[1].start();
      await load.until((homes) => sameHomes(homes, before));
      await load.more(1_000);
      const after = await load.homes();
      const { asked, failed } = await load.stop();
      return report(kind, { before, without, after, asked, failed });
    }),
  );
}

function report(kind, { before, without, after, asked, failed }) {
  const ofDead = DOMAINS.filter((domain) => before.get(domain) === 'node-2');
  const moved = DOMAINS.filter((domain) => without.get(domain) !== before.get(domain));
  const strays = DOMAINS.filter((domain) => after.get(domain) !== before.get(domain));
  const row = (when, homes) => [when, ...['node-1', 'node-2', 'node-3'].map((node) => homesOn(homes, node))];
  return {
    title: `Tenants per node when node-2 is killed under load and comes back (${kind}); ${asked} requests, ${failed} failed`,
    table: markdown(
      ['', 'node-1', 'node-2', 'node-3'],
      [row('before', before), row('node-2 killed', without), row('node-2 back', after)],
    ),
    promises: {
      'no request fails, neither when the node dies nor when it comes back': failed === 0,
      'only the tenants of the dead node move, and all of them': sameList(moved, ofDead) && ofDead.length > 0,
      'they return, and no other tenant moves': strays.length === 0,
    },
  };
}

/** Clients who ask for one tenant after the other, by path and by host in turn, until they are stopped. */
class Load {
  #client;
  #stopped = false;
  #running = Promise.resolve();
  #asked = 0;
  #failed = 0;

  constructor(port) {
    this.#client = new Client(port);
  }

  start() {
    this.#running = overAll([...Array(12).keys()], async (first) => {
      for (let turn = first; !this.#stopped; turn += 7) {
        await this.#ask(DOMAINS[turn % DOMAINS.length], turn % 2 === 0 ? 'path' : 'host');
      }
    });
  }

  /** Settles when so many requests more were answered. */
  async more(count) {
    const enough = this.#asked + count;
    while (this.#asked < enough) await wait(10);
  }

  /** Which node each tenant is on. */
  async homes() {
    const found = await overAll(DOMAINS, async (domain) => [domain, (await this.#ask(domain, 'header'))?.node]);
    return new Map(found);
  }

  /** Settles when the homes are as wanted. Gives up after a while; what is then amiss shows in the report. */
  async until(wanted) {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (performance.now() < giveUpAt && !wanted(await this.homes())) await wait(200);
  }

  async stop() {
    this.#stopped = true;
    await this.#running;
    this.#client.close();
    return { asked: this.#asked, failed: this.#failed };
  }

  async #ask(domain, dispatch) {
    const { status, body } = await this.#client.ask(DISPATCHES[dispatch](domain));
    this.#asked += 1;
    if (status !== 200) this.#failed += 1;
    return body;
  }
}

function homesOn(homes, node) {
  return [...homes.values()].filter((home) => home === node).length;
}

function sameHomes(some, others) {
  return DOMAINS.every((domain) => some.get(domain) === others.get(domain));
}

function sameList(some, others) {
  return some.length === others.length && some.every((item, index) => item === others[index]);
}
