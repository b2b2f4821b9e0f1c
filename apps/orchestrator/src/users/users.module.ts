import { Module } from '@nestjs/common';
import { PasswordHasher } from '../auth/password-hasher.js';
import { MeController } from './me.controller.js';
import { UserRepository } from './user.repository.js';

/** The users of tenants. */
@Module({
  controllers: [MeController],
  providers: [PasswordHasher, UserRepository],
  exports: [PasswordHasher, UserRepository],
})
export class UsersModule {}
