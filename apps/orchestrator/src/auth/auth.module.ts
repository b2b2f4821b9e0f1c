import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { OwnSessionController } from './own-session.controller.js';
import { RequestTokensModule } from './request-tokens.module.js';

/** Logging in, and the guard that requires it. */
@Module({
  imports: [RequestTokensModule],
  controllers: [AuthController, OwnSessionController],
  providers: [AuthService, { provide: APP_GUARD, useClass: AuthenticationGuard }],
})
export class AuthModule {}
