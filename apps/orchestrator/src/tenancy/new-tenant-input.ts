import type { CloudAccount } from '../cloud/cloud-account.repository.js';

/** What a creation hands to the hooks beside the tenant's record. It is recorded nowhere but where each hook puts its part. */
export class NewTenantInput {
  /** Name of the tenant's first user, who is its admin. */
  readonly adminName: string;
  readonly adminPasswordHash: string;
  /** Absent where accounts are in Vault. */
  readonly cloudAccount: CloudAccount | undefined;

  constructor(adminName: string, adminPasswordHash: string, cloudAccount: CloudAccount | undefined) {
    this.adminName = adminName;
    this.adminPasswordHash = adminPasswordHash;
    this.cloudAccount = cloudAccount;
  }
}
