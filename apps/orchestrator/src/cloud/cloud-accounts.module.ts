import { Module } from '@nestjs/common';
import { CloudAccountHook } from './cloud-account.hook.js';
import { CloudAccountRepository } from './cloud-account.repository.js';

/** The tenants' credentials at the cloud. */
@Module({ providers: [CloudAccountHook, CloudAccountRepository], exports: [CloudAccountRepository] })
export class CloudAccountsModule {}
