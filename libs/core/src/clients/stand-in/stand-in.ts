import { inspect } from 'node:util';
import { definableDescriptor, fixedKeys, shownDescriptor } from './stand-in-descriptors.js';
import { isSpecialKey, sources, StandInMembers } from './stand-in-members.js';
import type { StandInSource } from './stand-in-members.js';

/** What `typeof` and `Array.isArray` report of a stand-in. A function can be called; all else behaves alike. */
export type StandInShape = 'function' | 'object' | 'array';

type AnyFunction = (...args: unknown[]) => unknown;

/**
 * Makes an object that stands for another one, which is found again at each use. It shows that object's members as they are.
 * Function members are stand-ins themselves, so that one which was kept never works on another tenant's object. Outside of
 * every scope, a member can be read to be used later; own keys and the prototype are empty there.
 *
 * @param name shown by `util.inspect` where there is no object
 */
export function createStandIn(source: StandInSource, shape: StandInShape, name: string): object {
  const target = targetOf(shape);
  const show = (_depth: unknown, options: object): string => shown(source, name, options);
  Object.defineProperty(target, inspect.custom, { value: show, configurable: true });
  const apply = (_target: object, _self: unknown, args: unknown[]): unknown =>
    Reflect.apply(source.current() as AnyFunction, undefined, args);
  return registered(new Proxy(target, { ...trapsOf(source), apply }), source);
}

/** A member is called as its target is, which is a plain function: that is faster than a trap. */
function createMember(source: StandInSource, target: object): object {
  return registered(new Proxy(target, trapsOf(source)), source);
}

function registered(standIn: object, source: StandInSource): object {
  sources.set(standIn, source);
  return standIn;
}

function trapsOf(source: StandInSource): ProxyHandler<object> {
  const members = new StandInMembers(source, createMember);
  return { ...readingTraps(source, members), ...writingTraps(source, members) };
}

function readingTraps(source: StandInSource, members: StandInMembers): ProxyHandler<object> {
  return {
    construct: (_target, args, newTarget) => construct(source, args, newTarget),
    get: (_target, key): unknown => {
      if (isSpecialKey(key)) return members.special(key);
      const object = source.find();
      if (object === undefined) return members.outside(key);
      const value: unknown = Reflect.get(object, key);
      if (typeof value === 'function') return members.of(key, value);
      return value === undefined && key === 'toJSON' && typeof object !== 'function' ? () => object : value;
    },
    has: (_target, key) => Reflect.has(source.current(), key),
    getPrototypeOf: () => {
      const object = source.find();
      return object === undefined ? null : Reflect.getPrototypeOf(object);
    },
    ownKeys: (target) => {
      const object = source.find();
      return [...new Set([...fixedKeys(target), ...(object === undefined ? [] : Reflect.ownKeys(object))])];
    },
    getOwnPropertyDescriptor: (target, key) => {
      const object = source.find();
      const descriptor = object && Reflect.getOwnPropertyDescriptor(object, key);
      return shownDescriptor(target, key, descriptor, (value) => members.of(key, value));
    },
  };
}

function writingTraps(source: StandInSource, members: StandInMembers): ProxyHandler<object> {
  return {
    set: (_target, key, value) => {
      if (isOutside(source) && isMember(value)) return done(members.restore(key));
      const raw = rawOf(value);
      return Reflect.set(members.changing(key, raw), key, raw);
    },
    defineProperty: (_target, key, descriptor) => {
      const definable = definableDescriptor(descriptor, rawOf);
      if (definable === undefined) return false;
      return Reflect.defineProperty(members.changing(key, definable.value), key, definable);
    },
    deleteProperty: (_target, key) => {
      if (isOutside(source)) return done(members.restore(key));
      return Reflect.deleteProperty(members.changing(key, undefined), key);
    },
    setPrototypeOf: (_target, prototype) => Reflect.setPrototypeOf(source.current(), prototype),
    preventExtensions: () => false,
  };
}

function isOutside(source: StandInSource): boolean {
  return source.find() === undefined;
}

function isMember(value: unknown): boolean {
  return isObject(value) && sources.has(value);
}

/** A trap reports success by `true`. */
function done(_result: void): true {
  return true;
}

function construct(source: StandInSource, args: unknown[], newTarget: object): object {
  const current = source.current() as AnyFunction;
  const isSubclass = sources.get(newTarget) !== source;
  return Reflect.construct(current, args, isSubclass ? (newTarget as AnyFunction) : current) as object;
}

/** What a stand-in stands for now; any other value as it is. So that none is stored on what it stands for. */
function rawOf(value: unknown): unknown {
  const source = isObject(value) ? sources.get(value) : undefined;
  return source === undefined ? value : source.current();
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A target with as few members of its own as there can be: what it cannot lose must be shown. */
function targetOf(shape: StandInShape): object {
  if (shape === 'object') return {};
  if (shape === 'array') return [];
  const target = function (): void {
    /* Never called: `apply` and `construct` are trapped. */
  }.bind(undefined);
  for (const key of Reflect.ownKeys(target)) Reflect.deleteProperty(target, key);
  return target;
}

function shown(source: StandInSource, name: string, options: object): string {
  try {
    const object = source.find();
    return object === undefined ? `[${name}]` : inspect(object, options);
  } catch {
    return `[${name}]`;
  }
}
