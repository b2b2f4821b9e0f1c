export { identityStoreContract } from './identity-store.contract.js';
export type { ContractCase, OpenedIdentityStore } from './identity-store.contract.js';
