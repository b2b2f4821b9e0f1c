import type { DynamicModule } from '@nestjs/common';
import { ConfigModule, getConfigToken, registerAs } from '@nestjs/config';
import type { Settings } from './settings.js';

const NAME = 'orchestrator';

/** Injection token of the {@link Settings}. */
export const SETTINGS = getConfigToken(NAME);

/**
 * Makes settings that were read already available through `@nestjs/config`, everywhere in one application.
 * Neither files nor `process.env` are read here, so that several applications can live in one process.
 *
 * @param settings made by `readSettings`
 */
export function settingsModule(settings: Settings): Promise<DynamicModule> {
  return ConfigModule.forRoot({
    isGlobal: true,
    ignoreEnvFile: true,
    ignoreEnvVars: true,
    skipProcessEnv: true,
    load: [registerAs(NAME, () => ({ ...settings }))],
  });
}
