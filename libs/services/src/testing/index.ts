export { artifactStoreContract } from './artifact-store-contract.js';
export type { ContractCase } from './artifact-store-contract.js';
export { serviceValuesContract } from './service-values-contract.js';
