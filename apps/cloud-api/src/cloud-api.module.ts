import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { ResolvedCloudApiOptions } from './cloud-api.options.js';
import { CLOUD_API_OPTIONS, OAUTH_SERVER } from './cloud-api.tokens.js';
import { ProblemFilter } from './http/problem.filter.js';
import { CloudApiMonitor } from './monitor/cloud-api-monitor.js';
import { ClientStore } from './oauth/client-store.js';
import { createOAuthServer } from './oauth/oauth-server.js';
import { TokenStore } from './oauth/token-store.js';
import { TokenController } from './oauth/token.controller.js';
import { ServerStore } from './servers/server-store.js';
import { ServersController } from './servers/servers.controller.js';

/** The parts of the cloud API, wired. */
@Module({})
export class CloudApiModule {
  /** Wires the parts for one set of checked options. */
  static register(options: ResolvedCloudApiOptions): DynamicModule {
    return {
      module: CloudApiModule,
      controllers: [TokenController, ServersController],
      providers: [
        { provide: CLOUD_API_OPTIONS, useValue: options },
        {
          provide: OAUTH_SERVER,
          useFactory: createOAuthServer,
          inject: [CLOUD_API_OPTIONS, ClientStore, TokenStore],
        },
        { provide: APP_FILTER, useClass: ProblemFilter },
        ClientStore,
        TokenStore,
        ServerStore,
        CloudApiMonitor,
      ],
    };
  }
}
