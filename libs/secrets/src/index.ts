export { SECRETS_ERROR_CODES, SecretsError } from './port/secrets.error.js';
export { envSecrets } from './local/env-secrets.js';
export type { EnvSecretsOptions } from './local/env-secrets.js';
export { fileSecrets } from './local/file-secrets.js';
export type { FileSecretsOptions } from './local/file-secrets.js';
export { awsSecrets } from './managers/aws-secrets.js';
export type { AwsSecretsClient, AwsSecretsOptions } from './managers/aws-secrets.js';
export { azureSecrets } from './managers/azure-secrets.js';
export type { AzureSecret, AzureSecretsClient, AzureSecretsOptions } from './managers/azure-secrets.js';
export { googleSecrets } from './managers/google-secrets.js';
export type { GoogleSecretsClient, GoogleSecretsOptions, GoogleSecretVersion } from './managers/google-secrets.js';
export { observedSecrets, ObservedSecrets } from './port/observed-secrets.js';
export type { SecretRead } from './port/observed-secrets.js';
export { ClientRotation } from './rotation/client-rotation.js';
export { getClientRotationToken, InjectClientRotation, rotateClients } from './rotation/rotate-clients.js';
export type { RotateClientsOptions } from './rotation/rotate-clients.js';
export type { RotationEvent } from './rotation/rotation-events.js';
export type { ClientRotationOptions, RotatedRegistry, RotationLimits } from './rotation/rotation-options.js';
export { Secret } from './port/secret.js';
export { secretFields } from './port/secret-fields.js';
export {
  SecretDeniedError,
  SecretInvalidError,
  SecretMissingError,
  SecretsLoginRefusedError,
  SecretsUnavailableError,
} from './port/secrets.errors.js';
export type { SecretsOutage } from './port/secrets.errors.js';
export type { SecretCallOptions, SecretVersion, TenantSecrets } from './port/tenant-secrets.js';
export type { VaultOperation, VaultRequestEvent, VaultTokenEvent } from './vault/vault-events.js';
export type { VaultSecretsOptions } from './vault/vault-options.js';
export { vaultSecrets } from './vault/vault-secrets.js';
