import { Module } from '@nestjs/common';
import { CloudAccountRepository } from './cloud-account.repository.js';

/** The tenants' credentials at the cloud. */
@Module({ providers: [CloudAccountRepository], exports: [CloudAccountRepository] })
export class CloudAccountsModule {}
