import { inspect } from 'node:util';
import { createStandIn } from './stand-in.js';
import type { StandInShape } from './stand-in.js';

/** An object of the current tenant; `undefined` = outside of every scope. */
let current: object | undefined;

function standIn<T extends object>(shape: StandInShape = 'function'): T {
  const source = {
    find: () => current,
    current: () => {
      if (current === undefined) throw new Error('outside');
      return current;
    },
  };
  return createStandIn(source, shape, 'db') as T;
}

class User {
  static modelName = 'User';
  static readonly rows: string[] = [];
  static find(): string[] {
    return this.rows;
  }
  constructor(readonly name: string) {}
}

function clientOf(tenant: string) {
  class OwnUser extends User {
    static override readonly rows = [tenant];
  }
  const sql = (strings: TemplateStringsArray, ...values: unknown[]): string =>
    `${tenant}: ${strings.join('?')} ${values.join()}`;
  const knex = Object.assign((table: string) => `${tenant}.${table}`, { fn: { now: () => `now of ${tenant}` } });
  const query = (text: string): string => `${tenant}: ${text}`;
  return { tenant, User: OwnUser, sql: Object.assign(sql, { begin: () => `${tenant} begins` }), knex, query };
}

type Client = ReturnType<typeof clientOf>;
const [foo, bar] = [clientOf('foo'), clientOf('bar')];

describe('what stands for an object', () => {
  const db = standIn<Client>();
  beforeEach(() => (current = foo));
  afterEach(() => (current = undefined));

  it('shows statics, functions with members and tagged templates', () => {
    expect(db.User.find()).toEqual(['foo']);
    expect(db.User.modelName).toBe('User');
    expect(db.sql`select ${1}`).toBe('foo: select ? 1');
    expect([db.sql.begin(), db.knex('users'), db.knex.fn.now()]).toEqual(['foo begins', 'foo.users', 'now of foo']);
    expect([db.query.name, db.query.length]).toEqual(['query', 1]);
  });

  it('makes instances that are instances, also of a subclass', () => {
    const ann = new db.User('ann');
    class Admin extends db.User {}
    expect([ann.name, ann instanceof db.User, ann instanceof foo.User]).toEqual(['ann', true, true]);
    expect(new Admin('bob')).toBeInstanceOf(Admin);
    expect(new Admin('bob')).toBeInstanceOf(foo.User);
  });

  it('has the own keys, the prototype and the tags of the object', () => {
    current = Object.assign(new Map([['a', 1]]), { colour: 'red' });
    const map = standIn<Map<string, number> & { colour?: string }>();
    expect([Object.keys(map), { ...map }, JSON.stringify(map), 'colour' in map]).toEqual([
      ['colour'],
      { colour: 'red' },
      '{"colour":"red"}',
      true,
    ]);
    expect([map instanceof Map, map.size, [...map], `${map as unknown as string}`]).toEqual([
      true,
      1,
      [['a', 1]],
      '[object Map]',
    ]);
    expect(map.constructor).toBe(Map);
    expect(Object.hasOwn(map, 'colour')).toBe(true);
    delete map.colour;
    expect(Object.keys(current)).toEqual([]);
  });

  it('is serialised as the object, with its toJSON where it has one', () => {
    expect(JSON.parse(JSON.stringify({ db }))).toEqual({ db: { tenant: 'foo' } });
    current = { toJSON: () => 'mine' };
    expect(JSON.stringify([db])).toBe('["mine"]');
  });

  it('is shown to the console as the object', () => {
    current = { tenant: 'foo' };
    expect(inspect(db)).toBe("{ tenant: 'foo' }");
    current = undefined;
    expect(inspect(db)).toBe('[db]');
  });

  it('iterates, synchronously and not', async () => {
    current = {
      *[Symbol.iterator]() {
        yield 1;
      },
      async *[Symbol.asyncIterator]() {
        yield 2;
      },
    };
    const both = standIn<Iterable<number> & AsyncIterable<number>>();
    const seen = [...both];
    for await (const value of both) seen.push(value);
    expect(seen).toEqual([1, 2]);
  });

  it('works where the object is frozen, or is called itself', () => {
    current = Object.freeze({ one: 1, two: () => 2 });
    const frozen = standIn<{ one: number; two: () => number }>();
    expect([Object.keys(frozen), Object.entries(frozen)[0], frozen.two()]).toEqual([['one', 'two'], ['one', 1], 2]);
    expect(() => (frozen.one = 2)).toThrow(TypeError);
    current = User;
    const Model = standIn<typeof User>();
    expect([new Model('ann').name, new Model('ann') instanceof Model, Model.find()]).toEqual(['ann', true, []]);
  });

  it('defines members on the object, but none that it could not show', () => {
    current = {};
    Object.defineProperty(db, 'extra', { value: 1, configurable: true, enumerable: true });
    expect(current).toEqual({ extra: 1 });
    expect(() => Object.defineProperty(db, 'extra', { value: 2, configurable: false })).toThrow(TypeError);
  });

  it.each(['function', 'object'] as const)('can be spied on with shape %s, and is restored', (shape) => {
    current = clientOf('foo');
    const spied = standIn<Client>(shape);
    const before = spied.query;
    const spy = jest.spyOn(spied, 'query');
    expect(spied.query('one')).toBe('foo: one');
    expect(spied.query).toHaveBeenCalledWith('one');
    spy.mockReturnValue('mocked');
    expect([spied.query('two'), before('three')]).toEqual(['mocked', 'foo: three']);
    spy.mockRestore();
    expect(spied.query('four')).toBe('foo: four');
    expect(spy).not.toHaveBeenCalledWith('four');
  });

  it.each([clientOf('foo'), Object.create(clientOf('foo')) as Client])(
    'is restored by a test runner after the scope too (%#)',
    (client) => {
      current = client;
      const spied = standIn<Client>();
      const spy = jest.spyOn(spied, 'query').mockReturnValue('mocked');
      expect(spied.query('one')).toBe('mocked');
      current = undefined;
      expect(spy).toHaveBeenCalledWith('one');
      jest.restoreAllMocks();
      current = client;
      expect(spied.query('two')).toBe('foo: two');
    },
  );

  it('is an array by shape', () => {
    current = ['a', 'b'];
    const list = standIn<string[]>('array');
    expect([Array.isArray(list), JSON.stringify(list), [...list], Object.keys(list), ['x'].concat(list)]).toEqual([
      true,
      '["a","b"]',
      ['a', 'b'],
      ['0', '1'],
      ['x', 'a', 'b'],
    ]);
    list.push('c');
    list[3] = 'd';
    expect([list.length, list.map((item) => item.toUpperCase()), list.at(-1)]).toEqual([4, ['A', 'B', 'C', 'D'], 'd']);
    list.length = 1;
    expect(current).toEqual(['a']);
    expect(Object.getOwnPropertyDescriptor(list, 'length')).toMatchObject({ value: 1, writable: true });
  });
});

describe('a member that was kept', () => {
  const db = standIn<Client>();
  afterEach(() => (current = undefined));

  it('is the current tenant’s when it is used, wherever it was read', () => {
    const outside = { User: db.User, begin: db.sql.begin, query: db.query };
    current = foo;
    const inside = { User: db.User, begin: db.sql.begin, query: db.query };
    current = bar;
    for (const { User: Model, begin, query } of [outside, inside])
      expect([Model.find(), new Model('x') instanceof bar.User, begin(), query('1')]).toEqual([
        ['bar'],
        true,
        'bar begins',
        'bar: 1',
      ]);
  });

  it('throws when it is used outside of every scope', () => {
    const { User: Model, query } = db;
    for (const use of [
      () => Model.find(),
      () => new Model('x'),
      () => query('1'),
      () => new User('x') instanceof Model,
    ])
      expect(use).toThrow('outside');
  });

  it('is the same at each read', () => {
    current = foo;
    expect([db.User === db.User, db.query === db.query]).toEqual([true, true]);
  });
});
