import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { createOrchestrator } from './create-orchestrator.js';
import { demoInstructions } from './seed/demo-instructions.js';
import { startDemoCloud } from './seed/demo-cloud.js';
import { readSettings } from './settings/read-settings.js';
import { reportStartFailure } from './start-failure.js';

async function main(): Promise<void> {
  Logger.overrideLogger(['fatal', 'error', 'warn']);
  const env = { ...process.env, SEED_DEMO: process.env['SEED_DEMO'] || 'true' };
  const settings = readSettings(env);
  const app = await createOrchestrator(env);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  try {
    await app.init();
    if (!process.env['CLOUD_API_URL']) await startDemoCloud(app, settings);
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  process.stdout.write(demoInstructions(settings));
}

main().catch(reportStartFailure);
