/** Sources of tests that are added to a generated application, for its own test runner. */
import { workspaces } from '../build/workspaces.mjs';

/** Every entry point, by its name. Some have types alone. */
export function packagesTest() {
  const entries = workspaces('libs').flatMap(({ manifest: { name, exports } }) =>
    Object.keys(exports)
      .filter((path) => !path.endsWith('.json'))
      .map((path) => name + path.slice(1)),
  );
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
  return `${imports.join('\n')}

describe('Every package', () => {
  it('is loaded', () => {
    for (const entry of [${entries.map((_, index) => `entry${index}`).join(', ')}])
      expect(typeof entry).toBe('object');
  });
});
`;
}

/** Messages of two tenants, sent over TCP to a microservice; `ending` is that of the application's own imports. */
export function messagesTest(ending) {
  return `import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { InjectTenantClient, MultitenancyModule, TenantContext, TenantMessages } from '@tenantry/core';
import { tenantClient, useTenantMessages } from '@tenantry/transports/microservices';
import { createServer, type AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { ExampleClient } from './tenancy/example.client${ending}';
import { TenancyModule } from './tenancy/tenancy.module${ending}';

@Controller()
class Orders {
  constructor(
    private readonly context: TenantContext,
    @InjectTenantClient('orders') private readonly client: ExampleClient,
  ) {}

  @MessagePattern('orders.count')
  count(@Payload() { number }: { number: number }): string {
    return \`\${number} \${this.context.tenant.id} \${this.client.greet()}\`;
  }
}

const kind = MultitenancyModule.forFeature({ name: 'orders', create: (tenant) => new ExampleClient(tenant.id) });

@Module({ imports: [TenancyModule, kind], controllers: [Orders] })
class OrdersModule {}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('Messages', () => {
  let app: INestMicroservice;
  let client: ClientProxy;

  beforeAll(async () => {
    const options = { host: '127.0.0.1', port: await freePort() };
    app = await NestFactory.createMicroservice(OrdersModule, { transport: Transport.TCP, options, logger: false });
    await useTenantMessages(app).listen();
    client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  }, 60_000);

  afterAll(async () => {
    client.close();
    await app.close();
  });

  it('of two tenants, 200 at once, are handled for their own tenants', async () => {
    const [context, messages] = [app.get(TenantContext), app.get(TenantMessages)];
    const tenants = Array.from({ length: 200 }, (_, number) => (number % 2 === 0 ? 'foo' : 'bar'));
    const send = (number: number) =>
      firstValueFrom(tenantClient(client, messages).send<string>('orders.count', { number }));
    const replies = await Promise.all(tenants.map((tenant, number) => context.run(tenant, () => send(number))));
    expect(replies).toEqual(tenants.map((tenant, number) => \`\${number} \${tenant} Hello from \${tenant}\`));
  });

  it('without a tenant are refused', async () => {
    const reply = firstValueFrom(client.send('orders.count', { number: 1 }));
    await expect(reply).rejects.toMatchObject({ code: 'MT_TENANT_REQUIRED' });
  });
});
`;
}
