import { Controller, Get } from '@nestjs/common';
import { TenantOptional } from '@tenantry/core';
import { Open } from './signed-in.guard.js';

/** Public data. */
@Controller()
@Open()
@TenantOptional()
export class OpenController {
  @Get('about')
  about(): object {
    return { contact: 'support@example.com', version: '8a6e0804-2bd0-4672-b79d-d97027f9071a' };
  }
}
