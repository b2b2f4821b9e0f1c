import type { INestApplication } from '@nestjs/common';
import { Module, SetMetadata } from '@nestjs/common';
import { getTenantClientToken, InTenantScope, PerTenantScope, TenantContext } from '@tenantry/core';
import { startApp } from '../../support/http.js';
import { DbClient, FaultyCatalog, leasesOf, tenantModules } from '../tenant-fixture.js';

const catalog = new FaultyCatalog();

@Module({ imports: tenantModules(catalog) })
class AppModule {}

describe('@InTenantScope()', () => {
  let app: INestApplication;
  let context: TenantContext;
  let db: DbClient;
  const values = new PerTenantScope(() => ({}));

  class Base {
    readonly #secret = 'private';

    constructor(protected readonly suffix: string) {}

    @SetMetadata('above', 1)
    @InTenantScope({ clients: ['db'] })
    @SetMetadata('below', 2)
    async work(word: string): Promise<string> {
      return `${word} ${this.#secret} ${this.suffix} ${await db.whose()}`;
    }

    @InTenantScope()
    throws(): string {
      throw new RangeError('at once');
    }

    @InTenantScope()
    bare(): Promise<string> {
      return db.whose();
    }

    @InTenantScope()
    async value(): Promise<object> {
      return values.get();
    }
  }

  class Derived extends Base {
    override async work(word: string): Promise<string> {
      return `${await super.work(word)}!`;
    }
  }

  class Inheriting extends Base {}

  beforeAll(async () => {
    app = await startApp(AppModule, 'express');
    context = app.get(TenantContext);
    db = app.get<DbClient>(getTenantClientToken('db'), { strict: false });
  });
  afterAll(() => app.close());

  it('runs the method for the caller’s tenant with its own clients and the right `this`', async () => {
    expect(await context.run('foo', () => new Base('of base').work('my'))).toBe('my private of base foo');
    expect(leasesOf(app)).toBe(0);
  });

  it.each([
    ['inherited', (): Base => new Inheriting('x'), 'my private x bar'],
    ['overridden and called by super', (): Base => new Derived('x'), 'my private x bar!'],
  ])('works when %s', async (_name, create, expected) => {
    expect(await context.run('bar', () => create().work('my'))).toBe(expected);
  });

  it('keeps the metadata of decorators below and above it, and the name of the method', () => {
    const method = Base.prototype.work;
    expect([Reflect.getMetadata('above', method), Reflect.getMetadata('below', method)]).toEqual([1, 2]);
    expect(method.name).toBe('work');
  });

  it('turns what the method throws at once into a rejection, and ends its scope', async () => {
    await expect(context.run('foo', () => new Base('').throws())).rejects.toThrow(RangeError);
    expect(leasesOf(app)).toBe(0);
  });

  it('has none of the caller’s clients: what it needs it declares', async () => {
    const work = (): Promise<string> => new Base('').bare();
    await expect(context.run('foo', work, { clients: ['db'] })).rejects.toMatchObject({
      code: 'MT_CLIENT_NOT_ACQUIRED',
    });
  });

  it('has values per scope of its own', async () => {
    const [outer, inner, again] = await context.run('foo', async () => [
      values.get(),
      await new Base('').value(),
      values.get(),
    ]);
    expect(inner).not.toBe(outer);
    expect(again).toBe(outer);
  });

  it('refuses a call outside of any tenant', async () => {
    await expect(new Base('').work('my')).rejects.toMatchObject({ code: 'MT_CONTEXT_MISSING' });
    expect(() => values.get()).toThrow(expect.objectContaining({ code: 'MT_CONTEXT_MISSING' }));
  });

  it('gives back what it has when one of several clients cannot be had', async () => {
    class Unlucky {
      @InTenantScope({ clients: ['db', 'nothing'] })
      async work(): Promise<void> {}
    }
    await expect(context.run('foo', () => new Unlucky().work())).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
    expect(leasesOf(app)).toBe(0);
  });
});
