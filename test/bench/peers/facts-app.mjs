import { setTimeout as delay } from 'node:timers/promises';

/** What a client does in this bench: it knows its tenant, and cannot be used once it is closed. */
export class CountedClient {
  static created = 0;
  static closed = 0;
  #closed = false;

  constructor(id) {
    this.id = id;
    CountedClient.created += 1;
  }

  tenant() {
    if (this.#closed) throw new Error('the client was closed');
    return this.id;
  }

  close() {
    if (!this.#closed) CountedClient.closed += 1;
    this.#closed = true;
  }

  /** Where it is a provider of Nest's. */
  onModuleDestroy() {
    this.close();
  }
}

/** A creation takes so long that a hundred requests can meet it. */
export const CREATION_MS = 50;

/** Makes a client as slowly as a database pool does. */
export async function makeClient(id) {
  await delay(CREATION_MS);
  return new CountedClient(id);
}

/**
 * The application in which every library shows its facts: `GET /who?holdMs=` of a controller that uses an injected thing,
 * waits, and uses it again.
 *
 * @param nest `{ common, core, platform }`
 * @param token what the controller has injected
 * @param use gives the tenant by the injected thing; throws when it is closed
 */
export async function createFactsApp(nest, { imports = [], providers = [], token, use }) {
  const { common, core } = nest;
  class WhoController {
    constructor(injected) {
      this.injected = injected;
    }
    async who(holdMs) {
      await use(this.injected);
      await delay(Number(holdMs ?? 0));
      return { tenant: await use(this.injected) };
    }
  }
  common.Inject(token)(WhoController, undefined, 0);
  common.Query('holdMs')(WhoController.prototype, 'who', 0);
  common.Get('who')(WhoController.prototype, 'who', Object.getOwnPropertyDescriptor(WhoController.prototype, 'who'));
  common.Controller()(WhoController);
  class AppModule {}
  common.Module({ imports, providers, controllers: [WhoController] })(AppModule);
  const app = await core.NestFactory.create(AppModule, nest.platform(), { logger: false });
  app.enableShutdownHooks();
  return app;
}
