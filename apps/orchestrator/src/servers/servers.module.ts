import { Module } from '@nestjs/common';
import { CloudClientsModule } from '../cloud/cloud-clients.module.js';
import { ServersController } from './servers.controller.js';

/** The tenants' servers at the cloud. */
@Module({ imports: [CloudClientsModule], controllers: [ServersController] })
export class ServersModule {}
