import { createCloudApi } from './create-cloud-api.js';
import { readCloudApiSettings } from './settings.js';

async function start(): Promise<void> {
  const { port, host, options } = readCloudApiSettings(process.env);
  const app = await createCloudApi(options);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(port, host);
  process.stdout.write(`The cloud API listens on ${await app.getUrl()}\n`);
}

start().catch((error: unknown) => {
  process.stderr.write(`The cloud API cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
