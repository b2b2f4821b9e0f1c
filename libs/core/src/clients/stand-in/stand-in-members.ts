import { StandInChanges } from './stand-in-changes.js';

/** Where a stand-in finds the object that it stands for. */
export interface StandInSource {
  /** The current object. @throws where there is none, with the remedy */
  current(): object;
  /** As {@link current}, but `undefined` outside of every tenant's scope. */
  find(): object | undefined;
}

type AnyFunction = (...args: unknown[]) => unknown;
type CreateMember = (source: StandInSource, target: object) => object;

/** Methods that Nest calls on any provider, and the one by which `await` recognises a promise: never the client's. */
const HIDDEN: ReadonlySet<PropertyKey> = new Set([
  'then',
  'onModuleInit',
  'onModuleDestroy',
  'onApplicationBootstrap',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
]);
const SPECIAL: ReadonlySet<PropertyKey> = new Set([...HIDDEN, 'constructor', Symbol.toStringTag]);

/** Every stand-in, with where it finds its object. */
export const sources = new WeakMap<object, StandInSource>();

/** What a function has by itself. */
const PLAIN_KEYS: ReadonlySet<PropertyKey> = new Set(['length', 'name', 'arguments', 'caller']);
/** Functions without members: found out once for each. */
const plainFunctions = new WeakSet<object>();

/** Whether frameworks read a key of any object, with or without a scope. */
export function isSpecialKey(key: PropertyKey): boolean {
  return SPECIAL.has(key);
}

/** A function member of whatever object is current when it is used. */
class Member implements StandInSource {
  readonly #owner: StandInSource;
  readonly #key: PropertyKey;
  /** The function of objects on which another one was put in its place since. */
  #replaced: WeakMap<object, unknown> | undefined;

  constructor(owner: StandInSource, key: PropertyKey) {
    this.#owner = owner;
    this.#key = key;
  }

  current(): object {
    return Object(this.valueOn(this.#owner.current())) as object;
  }

  find(): object | undefined {
    const owner = this.#owner.find();
    return owner === undefined ? undefined : (Object(this.valueOn(owner)) as object);
  }

  owner(): object {
    return this.#owner.current();
  }

  valueOn(owner: object): unknown {
    return this.#replaced?.get(owner) ?? (Reflect.get(owner, this.#key) as unknown);
  }

  /** Keeps the function of an object on which another one is about to be put in its place. */
  keep(owner: object): void {
    const value = this.valueOn(owner);
    if (typeof value === 'function') (this.#replaced ??= new WeakMap()).set(owner, value);
  }
}

interface Known {
  readonly member: Member;
  readonly shown: unknown;
}

/** The function members of one stand-in, each the same at every read. */
export class StandInMembers {
  readonly #source: StandInSource;
  readonly #create: CreateMember;
  /** What was shown last for a key, and for which function: found through fastest. */
  readonly #last = new Map<PropertyKey, { seen: unknown; shown: unknown }>();
  /** Functions that the application has put on objects through the stand-in: mocks of tests. */
  readonly #given = new WeakSet<object>();
  readonly #changes = new StandInChanges();
  readonly #plain = new Map<PropertyKey, Known>();
  readonly #withMembers = new Map<PropertyKey, Known>();

  constructor(source: StandInSource, create: CreateMember) {
    this.#source = source;
    this.#create = create;
  }

  /** What is shown of a function member of the current object. */
  of(key: PropertyKey, value: object): unknown {
    const last = this.#last.get(key);
    if (last?.seen === value) return last.shown;
    if (this.#given.has(value)) return value;
    const { shown } = isPlain(value) ? this.#plainOf(key, value) : this.#withMembersOf(key);
    this.#last.set(key, { seen: value, shown });
    return shown;
  }

  /** What is shown outside of every scope: a function that is found when it is used. */
  outside(key: PropertyKey): unknown {
    if (key in Object.prototype) return Reflect.get(Object.prototype, key);
    if (key === 'prototype') return this.#source.current();
    return typeof key === 'symbol' ? undefined : this.#withMembersOf(key).shown;
  }

  /** What is shown of {@link isSpecialKey}. Never throws. */
  special(key: PropertyKey): unknown {
    return HIDDEN.has(key) ? undefined : Reflect.get(this.#quietly() ?? Object.prototype, key);
  }

  /**
   * The current object, a member of which is about to be written: those that were read before keep its function, and a function
   * that comes in its place is shown as it is.
   */
  changing(key: PropertyKey, value: unknown): object {
    const object = this.#source.current();
    if (typeof value === 'function' || typeof Reflect.get(object, key) === 'function') this.#changes.note(object, key);
    if (typeof value === 'function') this.#given.add(value);
    for (const known of [this.#plain, this.#withMembers]) {
      known.get(key)?.member.keep(object);
      known.delete(key);
    }
    this.#last.delete(key);
    return object;
  }

  /**
   * Restores a member wherever it was exchanged, outside of every scope.
   *
   * @throws as the current object does, where it was not
   */
  restore(key: PropertyKey): void {
    this.#last.delete(key);
    this.#plain.delete(key);
    this.#withMembers.delete(key);
    if (!this.#changes.undo(key)) this.#source.current();
  }

  #quietly(): object | undefined {
    try {
      return this.#source.find();
    } catch {
      return undefined;
    }
  }

  #plainOf(key: PropertyKey, value: object): Known {
    const known = this.#plain.get(key);
    if (known !== undefined) return known;
    const member = new Member(this.#source, key);
    const shown = likeFunction(callableOf(member), value);
    sources.set(shown, member);
    this.#plain.set(key, { member, shown });
    return { member, shown };
  }

  #withMembersOf(key: PropertyKey): Known {
    const known = this.#withMembers.get(key);
    if (known !== undefined) return known;
    const member = new Member(this.#source, key);
    const target = callableOf(member).bind(undefined);
    for (const own of Reflect.ownKeys(target)) Reflect.deleteProperty(target, own);
    const shown = this.#create(member, target);
    this.#withMembers.set(key, { member, shown });
    return { member, shown };
  }
}

/** Calls the member with its owner as `this`, so that private fields work. */
function callableOf(member: Member): AnyFunction {
  return function (...args: unknown[]): unknown {
    const owner = member.owner();
    const method = member.valueOn(owner) as AnyFunction;
    return new.target ? Reflect.construct(method, args) : Reflect.apply(method, owner, args);
  };
}

function likeFunction(shown: AnyFunction, value: object): AnyFunction {
  for (const key of ['name', 'length'])
    Object.defineProperty(shown, key, { value: Reflect.get(value, key) as unknown, configurable: true });
  return shown;
}

/** Whether a function has nothing but its call: no members of its own or inherited ones, no prototype for `new` and `instanceof`. */
function isPlain(value: object): boolean {
  if (plainFunctions.has(value)) return true;
  const plain = Reflect.ownKeys(value).every((key) => PLAIN_KEYS.has(key)) && inheritsFromFunctionsOnly(value);
  if (plain) plainFunctions.add(value);
  return plain;
}

/** By shape and not by identity: tests run in a realm of their own. */
function inheritsFromFunctionsOnly(value: object): boolean {
  const prototype = Reflect.getPrototypeOf(value) ?? {};
  if (Object.hasOwn(prototype, 'apply')) return true;
  return (
    Object.hasOwn(prototype, Symbol.toStringTag) && Object.hasOwn(Reflect.getPrototypeOf(prototype) ?? {}, 'apply')
  );
}
