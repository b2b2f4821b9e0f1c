export { deadLetterRefused } from './dead-letter-refused.js';
export type { DeadLetterOptions } from './dead-letter-refused.js';
export type { OnRefused, RefusedMessage } from './refused-message.js';
export { provideTenantClient, tenantClient, TenantClientProxy } from './tenant-client-proxy.js';
export type { MessageClient } from './tenant-client-proxy.js';
export { useTenantMessages } from './use-tenant-messages.js';
export type { TenantMessagesOptions } from './use-tenant-messages.js';
