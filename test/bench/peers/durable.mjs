import { Scope } from '@nestjs/common';
import { ContextIdFactory, REQUEST } from '@nestjs/core';
import { nest12 } from '../http/setups/nest12.mjs';
import { tenantOfHost } from '../http/tenants.mjs';
import { CountedClient, createFactsApp, makeClient } from './facts-app.mjs';

const CLIENT = 'client';
const subTrees = new Map();

/** Nest's durable providers, the client made by an asynchronous factory that is one of them. */
export async function create() {
  ContextIdFactory.apply({
    attach(contextId, request) {
      const tenant = tenantOfHost(request.headers.host);
      const subTree = subTrees.get(tenant) ?? ContextIdFactory.create();
      subTrees.set(tenant, subTree);
      return { resolve: ({ isTreeDurable }) => (isTreeDurable ? subTree : contextId), payload: { tenant } };
    },
  });
  const useFactory = ({ tenant }) => makeClient(tenant);
  const app = await createFactsApp(nest12('express'), {
    providers: [{ provide: CLIENT, scope: Scope.REQUEST, durable: true, inject: [REQUEST], useFactory }],
    token: CLIENT,
    use: (client) => client.tenant(),
  });
  return {
    app,
    counts: () => ({ created: CountedClient.created, closed: CountedClient.closed }),
    entries: () => subTrees.size,
  };
}
