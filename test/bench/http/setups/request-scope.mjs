import { Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { createApp, injectable } from '../app.mjs';
import { tenantOfHost } from '../tenants.mjs';
import { nest12 } from './nest12.mjs';

/** A provider of scope REQUEST at the bottom, which makes Nest create the whole chain for each request. */
export function create({ adapter, depth }) {
  const nest = nest12(adapter);
  class Bottom {
    constructor(request) {
      this.request = request;
    }
    tenant() {
      return tenantOfHost(this.request.headers.host);
    }
  }
  const bottom = injectable(nest, Bottom, [REQUEST], { scope: Scope.REQUEST });
  return createApp(nest, { depth, bottom });
}
