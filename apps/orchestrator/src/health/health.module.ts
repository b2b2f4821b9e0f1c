import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { SeedModule } from '../seed/seed.module.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

/** Liveness and readiness. */
@Module({ imports: [DatabaseModule, SeedModule], controllers: [HealthController], providers: [Readiness] })
export class HealthModule {}
