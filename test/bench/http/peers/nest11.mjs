import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The Nest that the peers ask for, with an adapter: `express` or `fastify`. */
export function nest11(adapter) {
  return { common, core, platform: () => (adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter()) };
}
