import { Module } from '@nestjs/common';
import { NOW } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { AccessTokens } from './access-tokens.js';

/** The tokens alone, so that naming the tenant can use them without the rest of logging in. */
@Module({
  providers: [
    {
      provide: AccessTokens,
      inject: [SETTINGS, NOW],
      useFactory: (settings: Settings, now: () => number) => new AccessTokens(settings.jwtSecret, now),
    },
  ],
  exports: [AccessTokens],
})
export class AccessTokensModule {}
