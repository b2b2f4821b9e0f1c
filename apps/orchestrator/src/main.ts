import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { createOrchestrator } from './create-orchestrator.js';
import { readSettings } from './settings/read-settings.js';
import { reportStartFailure } from './start-failure.js';

async function main(): Promise<void> {
  Logger.overrideLogger(['fatal', 'error', 'warn']);
  const { host, port } = readSettings(process.env, { requireCloudApiUrl: true });
  const app = await createOrchestrator(process.env, { whenDown: 'wait' });
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(port, host);
  process.stdout.write(`The orchestrator listens on ${await app.getUrl()}\n`);
}

main().catch(reportStartFailure);
