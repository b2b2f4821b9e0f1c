import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { runTenantsCli } from './tenants-cli.js';

Logger.overrideLogger(['fatal', 'error']);
process.exitCode = await runTenantsCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
});
