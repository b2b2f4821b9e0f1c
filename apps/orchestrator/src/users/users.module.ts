import { Module } from '@nestjs/common';
import { PasswordHasher } from '../auth/password-hasher.js';
import { FirstUserHook } from './first-user.hook.js';
import { MeController } from './me.controller.js';
import { UserRepository } from './user.repository.js';

/** The users of tenants. */
@Module({
  controllers: [MeController],
  providers: [FirstUserHook, PasswordHasher, UserRepository],
  exports: [PasswordHasher, UserRepository],
})
export class UsersModule {}
