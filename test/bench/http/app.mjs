/**
 * The application that every set-up serves: `GET /who` of a controller on top of a chain of services, the lowest of which
 * knows the tenant. Nest is handed in, because the peers need another major than the rest.
 *
 * @param nest `{ common, core, platform }`; `platform` makes the HTTP adapter
 * @param depth number of services, 1 and up
 * @param bottom the lowest service, with a method `tenant()`; decorated already
 * @param imports modules of the set-up
 * @param decorators of the controller
 * @param middleware what a `configure(consumer)` of the module does, if anything
 */
export async function createApp(nest, { depth, bottom, imports = [], providers = [], decorators = [], middleware }) {
  const services = chainOf(nest, bottom, depth);
  const module = moduleOf(nest, {
    imports,
    providers: [...providers, ...services],
    top: services.at(-1),
    decorators,
    middleware,
  });
  const app = await nest.core.NestFactory.create(module, nest.platform(), { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  return app;
}

/** Has a class injected with what the tokens stand for, as decorators would in TypeScript. */
export function injectable({ common }, target, tokens = [], options = undefined) {
  common.Injectable(options)(target);
  tokens.forEach((token, index) => common.Inject(token)(target, undefined, index));
  return target;
}

function chainOf(nest, bottom, depth) {
  const services = [bottom];
  while (services.length < depth) services.push(serviceAbove(nest, services.at(-1)));
  return services;
}

function serviceAbove(nest, below) {
  class Service {
    constructor(next) {
      this.next = next;
    }
    tenant() {
      return this.next.tenant();
    }
  }
  return injectable(nest, Service, [below]);
}

function moduleOf({ common }, { imports, providers, top, decorators, middleware }) {
  class WhoController {
    constructor(service) {
      this.service = service;
    }
    who() {
      return { tenant: this.service.tenant() };
    }
  }
  common.Inject(top)(WhoController, undefined, 0);
  common.Get('who')(WhoController.prototype, 'who', Object.getOwnPropertyDescriptor(WhoController.prototype, 'who'));
  common.Controller()(WhoController);
  decorators.forEach((decorate) => decorate(WhoController));
  class AppModule {
    configure(consumer) {
      middleware?.(consumer);
    }
  }
  common.Module({ imports, providers, controllers: [WhoController] })(AppModule);
  return AppModule;
}
