import { Scope } from '@nestjs/common';
import { ContextIdFactory, REQUEST } from '@nestjs/core';
import { createApp, injectable } from '../app.mjs';
import { tenantOfHost } from '../tenants.mjs';
import { nest12 } from './nest12.mjs';

const subTrees = new Map();

/** One tree of providers per tenant, as the chapter on injection scopes of Nest's documentation has it. */
const strategy = {
  attach(contextId, request) {
    const tenant = tenantOfHost(request.headers.host);
    let subTree = subTrees.get(tenant);
    if (subTree === undefined) {
      subTree = ContextIdFactory.create();
      subTrees.set(tenant, subTree);
    }
    return { resolve: ({ isTreeDurable }) => (isTreeDurable ? subTree : contextId), payload: { tenant } };
  },
};

/** Nest's durable providers. */
export function create({ adapter, depth }) {
  ContextIdFactory.apply(strategy);
  const nest = nest12(adapter);
  class Bottom {
    constructor(payload) {
      this.payload = payload;
    }
    tenant() {
      return this.payload.tenant;
    }
  }
  const bottom = injectable(nest, Bottom, [REQUEST], { scope: Scope.REQUEST, durable: true });
  return createApp(nest, { depth, bottom });
}
