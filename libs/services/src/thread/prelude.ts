/**
 * Runs in each instance before the tenant's code, and keeps what it needs of the language's own functions: code that
 * runs later cannot exchange them. It is evaluated as a function and gives the functions that the host calls. Values cross
 * the boundary as JSON texts only.
 *
 * `await` and async functions use the engine's own promises, whatever the tenant does to `Promise`. Its tables have no
 * prototype, so that setters on `Object.prototype` are never run.
 */
export const PRELUDE = `(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const { freeze } = Object;
  const { isArray } = Array;
  const makeError = Error;
  const makePromise = Promise;

  const textOf = (value, fallback) => (typeof value === 'string' ? value : fallback);
  const describe = (error) => {
    try {
      if ((typeof error !== 'object' && typeof error !== 'function') || error === null)
        return stringify({ __proto__: null, message: 'A value that is no Error was thrown: ' + textOf(error, typeof error) });
      const name = textOf(error.name, 'Error');
      const message = name + ': ' + textOf(error.message, '');
      return stringify({ __proto__: null, message, stack: textOf(error.stack, '') });
    } catch {
      return '{"message":"The error that was thrown cannot be read."}';
    }
  };

  return (host) => {
    const { replied, failed, called, loaded, notLoaded } = host;
    const pending = { __proto__: null };
    let lastId = 0;
    let service;
    let before = { __proto__: null, length: 0 };
    let after = { __proto__: null, length: 0 };

    const send = (call, id, name, args) => {
      const problem = called(call, id, name, stringify(args));
      if (problem !== undefined) throw new makeError(problem);
    };
    const ask = (call, name, args) =>
      new makePromise((resolve, reject) => {
        const id = ++lastId;
        send(call, id, name, args);
        pending[id] = { __proto__: null, resolve, reject };
      });
    const contextOf = (call) => {
      const on = (name) => (...args) => ask(call, name, args);
      const log = (name) => (...args) => { send(call, 0, name, args); };
      return freeze({
        kv: freeze({ get: on('kv.get'), set: on('kv.set'), delete: on('kv.delete'), list: on('kv.list') }),
        log: freeze({ debug: log('log.debug'), info: log('log.info'), warn: log('log.warn'), error: log('log.error') }),
        secrets: freeze({ get: on('secrets.get') }),
        services: freeze({ call: on('services.call') }),
        crypto: freeze({ randomUUID: on('crypto.randomUUID') }),
        fetch: on('fetch'),
        sql: on('sql'),
      });
    };

    const functionsOf = (value, name) => {
      if (value === undefined) return { __proto__: null, length: 0 };
      if (!isArray(value)) throw new makeError('handlers.' + name + ' is no array of functions.');
      const list = { __proto__: null, length: value.length };
      for (let i = 0; i < value.length; i++) {
        list[i] = value[i];
        if (typeof list[i] !== 'function') throw new makeError('handlers.' + name + '[' + i + '] is no function.');
      }
      return list;
    };
    const load = async (loading) => {
      try {
        const module = await loading;
        service = module.default;
        if (typeof service !== 'function')
          throw new makeError('The module has no function as its default export: export default async (request, ctx) => ({ status: 200 }).');
        const handlers = module.handlers;
        if (handlers !== undefined && (typeof handlers !== 'object' || handlers === null))
          throw new makeError('The export handlers is no object: { in: [], out: [] }.');
        before = functionsOf(handlers?.in, 'in');
        after = functionsOf(handlers?.out, 'out');
        loaded(before.length, after.length);
      } catch (error) {
        notLoaded(describe(error));
      }
    };

    const answer = async (call, text) => {
      const context = contextOf(call);
      let request = parse(text);
      let reply;
      for (let i = 0; i < before.length && reply === undefined; i++) {
        const handler = before[i];
        const result = await handler(request, context);
        if (result === undefined || result === null) continue;
        if (result.status === undefined) request = result;
        else reply = result;
      }
      if (reply === undefined) reply = await service(request, context);
      for (let i = 0; i < after.length; i++) {
        const handler = after[i];
        const result = await handler(reply, request, context);
        if (result !== undefined && result !== null) reply = result;
      }
      return stringify(reply);
    };
    const invoke = async (call, text) => {
      try {
        const reply = await answer(call, text);
        replied(call, typeof reply === 'string' ? reply : 'null');
      } catch (error) {
        failed(call, describe(error));
      }
    };
    const settle = (id, isOk, text) => {
      const { resolve, reject } = pending[id] ?? {};
      delete pending[id];
      if (resolve === undefined) return;
      if (isOk) resolve(text === '' ? undefined : parse(text));
      else reject(new makeError(text));
    };
    return { __proto__: null, load, invoke, settle };
  };
})()`;
