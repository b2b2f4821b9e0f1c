/** Ways to the host's own objects: each gives what `typeof process` of another realm is, `undefined` where there is none. */
const ESCAPES: Readonly<Record<string, string>> = {
  'the constructor of a function': `(() => {}).constructor('return typeof process')()`,
  'the constructor of an async function': `await (async () => {}).constructor('return typeof process')()`,
  'the constructor of a generator': `(function* () {}).constructor('return typeof process')().next().value`,
  'the constructor of a function of the context': `context.kv.get.constructor('return typeof process')()`,
  'the constructor of the context': `context.constructor.constructor('return typeof process')()`,
  'the constructor of the request': `request.constructor.constructor('return typeof process')()`,
  'the constructor of a promise of the host': `context.kv.get('a').constructor.constructor('return typeof process')()`,
  'the constructor of an error of the host': `await context.fetch('x').catch((e) => e.constructor.constructor('return typeof process')())`,
  'indirect eval': `(0, eval)('typeof process')`,
  'the global object': `typeof globalThis.process`,
  'this of a sloppy function': `typeof (function () { return this; })()?.process`,
  require: `typeof require === 'undefined' ? 'undefined' : 'function'`,
  'a dynamic import of the engine': `await import('std').then(() => 'object', () => 'undefined')`,
  'a dynamic import of the system': `await import('os').then(() => 'object', () => 'undefined')`,
  'a dynamic import of Node': `await import('node:fs').then(() => 'object', () => 'undefined')`,
  'a dynamic import of a file': `await import('/etc/passwd').then(() => 'object', () => 'undefined')`,
  'the caller of a function': `(() => { try { return typeof context.kv.get.caller?.process; } catch { return 'undefined'; } })()`,
  prepareStackTrace: `(() => { let seen; Error.prepareStackTrace = (_, s) => { seen = s?.[0]?.getThis?.(); }; void new Error().stack; return typeof seen?.process; })()`,
  WebAssembly: `typeof WebAssembly === 'undefined' ? 'undefined' : 'object'`,
  'the names of the globals': `Object.getOwnPropertyNames(globalThis).some((n) => /^(?:process|require|module|Buffer|fetch|std|os|bjs|print|console|host.*)$/.test(n)) ? 'object' : 'undefined'`,
};

/** Programs that exchange the language's own functions for others that would take hold of the host's. Each must answer. */
const TAMPERING: Readonly<Record<string, string>> = {
  'exchanges JSON.stringify and JSON.parse': `JSON.stringify = JSON.parse = () => { throw 1; };`,
  'exchanges Promise and its then': `globalThis.Promise = class {}; (async () => {})().constructor.prototype.then = () => { throw 1; };`,
  'exchanges the methods of Object': `for (const name of Object.getOwnPropertyNames(Object)) try { Object[name] = () => { throw 1; }; } catch {}`,
  'exchanges the methods of Array': `for (const name of Object.getOwnPropertyNames(Array.prototype)) if (name !== 'length') try { Array.prototype[name] = () => { throw 1; }; } catch {}`,
  'exchanges the iterator of Array': `Array.prototype[Symbol.iterator] = function* () { yield 'forged'; };`,
  'sets setters for indices on Object.prototype': `for (const i of [0, 1, 2]) Object.defineProperty(Object.prototype, i, { set() { throw 1; } });`,
  'sets accessors for common names on Object.prototype': `for (const name of ['resolve', 'reject', 'message', 'stack', 'length']) Object.defineProperty(Object.prototype, name, { set() { throw 1; }, get() { return () => 'forged'; }, configurable: true });`,
  'has Function.prototype.call and apply throw': `Function.prototype.call = Function.prototype.apply = () => { throw 1; };`,
  'exchanges Error': `globalThis.Error = class { constructor() { throw 1; } };`,
  'freezes everything': `Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(Promise.prototype); Object.freeze(globalThis);`,
};

/** Programs whose answer, or whose failing, runs code or forges what the host reads. None may answer as another request. */
const FORGERIES: Readonly<Record<string, string>> = {
  'throws an object with getters': `throw { get name() { for (;;); }, get message() { throw 1; } };`,
  'throws a proxy': `throw new Proxy({}, { get() { throw new Proxy({}, {}); } });`,
  'throws a symbol': `throw Symbol('x');`,
  'throws null': `throw null;`,
  'answers a thenable that never settles': `return { then() {} };`,
  'answers a thenable that settles twice': `return { then(resolve) { resolve({ body: 'one' }); resolve({ body: 'two' }); } };`,
  'answers an object with toJSON that loops': `return { toJSON() { for (;;); } };`,
  'answers an object with toJSON of another type': `return { toJSON: () => 3 };`,
  'answers an endless proxy': `return new Proxy({}, { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }), get: () => new Proxy({}, {}) });`,
  'answers a circle': `const a = {}; a.a = a; return a;`,
  'answers a BigInt': `return { body: 1n };`,
  'answers deep nesting': `let a = []; for (let i = 0; i < 100_000; i++) a = [a]; return { body: a };`,
  'answers status 100': `return { status: 100 };`,
  'answers status NaN': `return { status: NaN };`,
  'answers a header with a line break': `return { headers: { a: 'b\\r\\nset-cookie: c=d' } };`,
  'answers a header name with a line break': `return { headers: { 'a\\r\\nb': 'c' } };`,
  'answers thousands of headers': `return { headers: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => ['a' + i, 'b'])) };`,
  'answers a header __proto__': `return { headers: JSON.parse('{"__proto__": {"a": "b"}, "constructor": "c"}') };`,
  'passes arguments that are no array': `Array.prototype.toJSON = () => ({ length: 1 }); await context.kv.get('a');`,
  'passes arguments that are nothing': `Array.prototype.toJSON = () => undefined; await context.kv.get('a');`,
};

/** Programs that use up what they can reach. */
const EXHAUSTION: Readonly<Record<string, string>> = {
  loops: `for (;;);`,
  'loops and catches': `for (;;) try { for (;;); } catch {}`,
  'loops in finally': `try { for (;;); } finally { for (;;); }`,
  'loops in microtasks': `const loop = () => Promise.resolve().then(loop); await loop();`,
  'loops in queueMicrotask': `const loop = () => queueMicrotask(loop); loop(); await new Promise(() => {});`,
  'loops in a generator': `for (const _ of (function* () { for (;;) yield 1; })());`,
  'loops in a sort': `Array.from({ length: 1_000 }).fill(1).sort(() => { for (;;); });`,
  'matches catastrophically': `/(a*)*b/.test('a'.repeat(40));`,
  'matches with backtracking over lines': `/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60));`,
  'computes a huge BigInt': `return { body: String(2n ** 100_000_000n) };`,
  'searches a sparse array': `[].concat(Array(2 ** 32 - 1)).indexOf(7);`,
  'joins a sparse array': `Array(2 ** 30).join('x');`,
  'fills typed arrays': `const all = []; for (;;) all.push(new Uint8Array(1_000_000).fill(1));`,
  'doubles a string': `let s = 'x'; for (;;) s += s;`,
  'repeats a string': `'x'.repeat(2 ** 29);`,
  'fills arrays': `const all = []; for (;;) all.push(new Array(10_000).fill(1));`,
  'fills a map': `const all = new Map(); for (let i = 0; ; i++) all.set(i, {});`,
  recurses: `const f = () => 1 + f(); f();`,
  'recurses in JSON': `let a = '['.repeat(200_000); JSON.parse(a);`,
  'recurses in a regular expression': `new RegExp('('.repeat(50_000) + ')'.repeat(50_000));`,
  'recurses in source text': `eval('('.repeat(100_000));`,
  'recurses through proxies': `let p = {}; for (let i = 0; i < 100_000; i++) p = new Proxy(p, {}); p.a;`,
  'recurses through getters': `const o = { get a() { return this.a; } }; o.a;`,
  'floods the host': `for (;;) context.kv.get('a').catch(() => {});`,
  'floods the log': `for (;;) context.log.info('x'.repeat(10_000));`,
};

/** Sources that attack while they load. */
export const LOADING: Readonly<Record<string, string>> = {
  loops: `for (;;); export default () => ({});`,
  'awaits nothing': `await new Promise(() => {}); export default () => ({});`,
  'imports Node': `import fs from 'node:fs'; export default () => ({});`,
  'imports itself': `import * as self from 'service'; export default () => ({});`,
  'exports a thenable': `export function then() { for (;;); } export default () => ({});`,
  'exports a proxy as handlers': `export const handlers = new Proxy({}, { get() { for (;;); } }); export default () => ({});`,
  'exports a proxy of an array': `export const handlers = { in: new Proxy([], { get: (_, k) => k === 'length' ? 2 ** 32 : () => {} }) }; export default () => ({});`,
  'uses up memory': `const all = []; for (;;) all.push(new Uint8Array(1_000_000).fill(1)); export default () => ({});`,
  'is bytecode': `\u0000\u0001\u0002`,
  'nests without end': `export default ${'('.repeat(100_000)}`,
};

/** A program by title. */
export type Attacks = readonly (readonly [title: string, code: string])[];

const service = (body: string): string => `export default async (request, context) => { ${body} };`;

function programs(bodies: Readonly<Record<string, string>>, wrap: (body: string) => string): Attacks {
  return Object.entries(bodies).map(([title, body]) => [title, wrap(body)]);
}

/** They answer `undefined`: the host's objects are out of reach. */
export const ESCAPE_PROGRAMS = programs(ESCAPES, (body) => service(`return { body: String(${body}) };`));

/** They answer `honest`, from the values of their own tenant. */
export const TAMPERING_PROGRAMS = programs(
  TAMPERING,
  (body) => `${body} ${service(`return { body: await context.kv.get('key') };`)}`,
);

export const FORGERY_PROGRAMS = programs(FORGERIES, service);

export const EXHAUSTION_PROGRAMS = programs(EXHAUSTION, service);
