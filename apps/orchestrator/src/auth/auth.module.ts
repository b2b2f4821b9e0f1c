import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { UsersModule } from '../users/users.module.js';
import { AccessTokensModule } from './access-tokens.module.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { LoginAttempts } from './login-attempts.js';

const loginAttempts = {
  provide: LoginAttempts,
  inject: [SETTINGS],
  useFactory: (settings: Settings): LoginAttempts =>
    new LoginAttempts({
      perUser: settings.loginAttemptsPerUser,
      perAddress: settings.loginAttemptsPerAddress,
      windowSeconds: settings.loginWindowSeconds,
    }),
};

/** Logging in, and the guard that requires it. */
@Module({
  imports: [AccessTokensModule, UsersModule],
  controllers: [AuthController],
  providers: [AuthService, loginAttempts, { provide: APP_GUARD, useClass: AuthenticationGuard }],
})
export class AuthModule {}
