import { Command, CommanderError } from 'commander';
import { EXIT } from './cli-io.js';
import type { CliIo } from './cli-io.js';
import { doctor, migrate } from './database-commands.js';
import { resumeOperation, showOperation } from './operation-commands.js';
import type { ResumeOptions } from './operation-commands.js';
import { addPolicies } from './policies-command.js';
import { prune } from './prune-command.js';
import { rotateKey } from './rotate-key-command.js';
import { changeTenants, createTenant, deleteTenants, listTenants } from './tenant-commands.js';
import type { ChangeOptions, CreateOptions, DeleteOptions, ListOptions, TenantChange } from './tenant-commands.js';

/**
 * Runs one command of `npm run tenants -- …`. Reads the same environment as the application; with the embedded database,
 * stop the application first.
 *
 * @param args without the node and script names
 * @returns the exit code, see {@link EXIT}
 */
export async function runTenantsCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = newProgram(io, (code) => (exitCode = code));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    io.err(error instanceof Error ? error.message : String(error));
    return EXIT.failed;
  }
}

function newProgram(io: CliIo, exitWith: (code: number) => void): Command {
  const program = new Command('tenants')
    .description('Administers the tenants of the orchestrator.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });
  addListAndCreate(program, io);
  addChanges(program, io);
  addOperations(program, io);
  program
    .command('migrate')
    .description('bring the database up to date (a server needs ADMIN_DATABASE_URL)')
    .action(() => migrate(io));
  program
    .command('prune')
    .description('delete old changes and operations that are over (a server needs ADMIN_DATABASE_URL)')
    .option('--days <days>', 'how old', '90')
    .action(({ days }: { days: string }) => prune(days, io));
  addRotateKey(program, io);
  addPolicies(program, io);
  program
    .command('doctor')
    .description('check that the database keeps tenants apart; exit code 3 when it does not')
    .option('--json', 'findings as JSON')
    .action(async ({ json }: { json?: true }) => exitWith(await doctor(json === true, io)));
  return program;
}

function addRotateKey(program: Command, io: CliIo): void {
  program
    .command('rotate-key')
    .description(
      'encrypt the cloud secrets of all tenants with CREDENTIALS_KEY; the former one is in CREDENTIALS_OLD_KEYS',
    )
    .action(() => rotateKey(io));
}

function addListAndCreate(program: Command, io: CliIo): void {
  program
    .command('list')
    .description('list tenants, by default in the order of their ids')
    .option('--status <status>', 'provisioning, active, suspended or deleting')
    .option('--plan <plan>')
    .option('--domain-contains <text>')
    .option('--sort <field>', 'id, domain, name or createdAt; with "-" before it, the other way round')
    .option('--json', 'as JSON')
    .action((options: ListOptions) => listTenants(options, io));
  program
    .command('create <id> <domain>')
    .description('create a tenant; passwords come from TENANT_ADMIN_PASSWORD and TENANT_CLOUD_SECRET')
    .requiredOption('--admin <user>', 'name of its first user')
    .option('--name <name>')
    .option('--plan <plan>')
    .option('--alias <domain...>', 'further host names')
    .option('--cloud-client <id>', 'client id at the cloud (default: the id)')
    .option('--request-key <key>', 'the same key gives the same tenant, also after a crash')
    .option('--json', 'as JSON')
    .action((id: string, domain: string, options: CreateOptions) => createTenant(id, domain, options, io));
}

const CHANGES: readonly (TenantChange & { readonly name: string; readonly description: string })[] = [
  { name: 'suspend', description: 'suspend tenants', change: (all, id) => all.suspend(id), done: 'suspended' },
  { name: 'activate', description: 'serve tenants again', change: (all, id) => all.activate(id), done: 'active' },
  {
    name: 'undelete',
    description: 'take deletions back in their grace period',
    change: (all, id) => all.undelete(id),
    done: 'kept',
  },
];

function addChanges(program: Command, io: CliIo): void {
  for (const { name, description, ...change } of CHANGES) {
    program
      .command(`${name} <ids...>`)
      .description(description)
      .option('--json', 'what was done as JSON')
      .action((ids: string[], options: ChangeOptions) => changeTenants(ids, change, options, io));
  }
  program
    .command('delete <ids...>')
    .description('delete tenants and what they own; ids are never used again')
    .requiredOption('--yes', 'this cannot be undone once it is done')
    .option('--grace-minutes <minutes>', 'block now, remove later; undelete works until then', '0')
    .option('--json', 'what was done as JSON')
    .action((ids: string[], options: DeleteOptions) => deleteTenants(ids, options, io));
}

function addOperations(program: Command, io: CliIo): void {
  program
    .command('operation <id>')
    .description('show how far an operation on a tenant has come; errors name its id')
    .action((id: string) => showOperation(id, io));
  program
    .command('resume <id>')
    .description('continue an operation that has failed; a creation may need --admin and the passwords of create')
    .option('--admin <user>', 'name of its first user')
    .option('--cloud-client <id>', 'client id at the cloud')
    .action((id: string, options: ResumeOptions) => resumeOperation(id, options, io));
}
