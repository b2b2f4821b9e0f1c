import { resumeSchema } from '../admin/admin-operations.schemas.js';
import { TenantOperations } from '../admin/tenant-operations.js';
import { checked } from './checked.js';
import type { CliIo } from './cli-io.js';
import { assertCredentialsKey, withProvider } from './with-provider.js';

/** Options of `resume`, as they were typed. */
export interface ResumeOptions {
  readonly admin?: string;
  readonly cloudClient?: string;
}

/** `operation`: as JSON. */
export async function showOperation(id: string, { env, out }: CliIo): Promise<void> {
  const operation = await withProvider(env, TenantOperations, (operations) => operations.get(id));
  out(JSON.stringify(operation, null, 2));
}

/** `resume`: with the passwords of `create` from the environment where `--admin` is given. */
export async function resumeOperation(id: string, options: ResumeOptions, { env, out }: CliIo): Promise<void> {
  const given = {
    admin: { username: options.admin, password: env['TENANT_ADMIN_PASSWORD'] },
    cloudAccount: { clientId: options.cloudClient, clientSecret: env['TENANT_CLOUD_SECRET'] },
  };
  const input = checked(resumeSchema, options.admin === undefined ? {} : given, 'The operation cannot be resumed');
  assertCredentialsKey(env);
  const operation = await withProvider(env, TenantOperations, (operations) => operations.resume(id, input));
  out(JSON.stringify(operation, null, 2));
}
