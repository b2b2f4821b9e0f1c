import { Controller, Get, Module } from '@nestjs/common';
import { InjectTenantClient, MultitenancyModule } from '@tenantry/core';

/** The feature that the guide takes for an example. */
export interface Cats {
  names(): readonly string[];
}

@Controller('cats')
export class CatsController {
  constructor(@InjectTenantClient('cats') private readonly cats: Cats) {}

  @Get()
  list(): readonly string[] {
    return this.cats.names();
  }
}

export const factoryCalls: string[] = [];

@Module({
  imports: [
    MultitenancyModule.forFeature<Cats>({
      name: 'cats',
      create: ({ id }) => {
        factoryCalls.push(id);
        return { names: () => [`cat of ${id}`] };
      },
    }),
  ],
  controllers: [CatsController],
})
export class CatsModule {}
