import { Module } from '@nestjs/common';
import { RequestTokens } from './request-tokens.js';

/** The tokens alone, so that naming the tenant can use them without the rest of logging in. */
@Module({ providers: [RequestTokens], exports: [RequestTokens] })
export class RequestTokensModule {}
