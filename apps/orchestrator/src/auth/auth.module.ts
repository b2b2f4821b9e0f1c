import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Clock } from '@tenantry/core';
import { CLOCK } from '../overrides.module.js';
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
  inject: [SETTINGS, CLOCK],
  useFactory: (settings: Settings, clock: Clock): LoginAttempts =>
    new LoginAttempts(
      {
        perUser: settings.loginAttemptsPerUser,
        perAddress: settings.loginAttemptsPerAddress,
        windowSeconds: settings.loginWindowSeconds,
      },
      clock,
    ),
};

/** Logging in, and the guard that requires it. */
@Module({
  imports: [AccessTokensModule, UsersModule],
  controllers: [AuthController],
  providers: [AuthService, loginAttempts, { provide: APP_GUARD, useClass: AuthenticationGuard }],
})
export class AuthModule {}
