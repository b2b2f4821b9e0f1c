import { Reflector } from '@nestjs/core';

/** Marks a route or controller that is served without an access token. The tenant rules hold all the same. */
export const Public = Reflector.createDecorator<void, true>({ transform: () => true });
