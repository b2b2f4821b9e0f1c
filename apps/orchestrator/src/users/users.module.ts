import { Module } from '@nestjs/common';
import { FirstUserHook } from './first-user.hook.js';
import { MeController } from './me.controller.js';

/** The users of tenants. */
@Module({ controllers: [MeController], providers: [FirstUserHook] })
export class UsersModule {}
