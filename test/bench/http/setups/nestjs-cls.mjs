import { ClsModule, ClsService } from 'nestjs-cls';
import { createApp, injectable } from '../app.mjs';
import { tenantOfHost } from '../tenants.mjs';
import { nest12 } from './nest12.mjs';

/** nestjs-cls with its middleware mounted, as its documentation begins. */
export function create({ adapter, depth }) {
  const nest = nest12(adapter);
  class Bottom {
    constructor(cls) {
      this.cls = cls;
    }
    tenant() {
      return this.cls.get('tenant');
    }
  }
  const setup = (cls, request) => cls.set('tenant', tenantOfHost(request.headers.host));
  const imports = [ClsModule.forRoot({ global: true, middleware: { mount: true, setup } })];
  return createApp(nest, { depth, bottom: injectable(nest, Bottom, [ClsService]), imports });
}
