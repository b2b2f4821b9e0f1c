import type { ModulesContainer } from '@nestjs/core';
import { OptionsInvalidError } from '../../errors/usage.errors.js';
import type { StandInShape } from './stand-in.js';
import { getTenantClientToken } from '../tenant-client-tokens.js';

/** Metadata keys of Nest and TypeScript: what is injected into a constructor and into properties, and their types. */
const CONSTRUCTOR_TOKENS = 'self:paramtypes';
const CONSTRUCTOR_TYPES = 'design:paramtypes';
const PROPERTY_TOKENS = 'self:properties_metadata';
const PROPERTY_TYPE = 'design:type';

const SHAPES: readonly StandInShape[] = ['function', 'object', 'array'];

/**
 * The shape of a kind's injected client: as the option says, else `array` where a class injects it as an array, else `function`.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function clientShape(kind: string, option: StandInShape | undefined, modules: ModulesContainer): StandInShape {
  if (option === undefined) return isInjectedAsArray(getTenantClientToken(kind), modules) ? 'array' : 'function';
  if (SHAPES.includes(option)) return option;
  throw new OptionsInvalidError(`${kind}.shape`, option, SHAPES.join(', '));
}

/**
 * Refuses what the injected client could not stand for.
 *
 * @throws an error with the remedy, which becomes the cause of `MT_CLIENT_CREATE_FAILED`
 */
export function assertShape(kind: string, client: unknown, shape: StandInShape): void {
  const actual = Array.isArray(client) ? 'array' : typeof client;
  if (actual !== 'array' && actual !== 'object' && actual !== 'function')
    throw new Error(`create() of "${kind}" gave a ${actual}. Give an object that holds it: { value: ... }.`);
  if (actual === shape || (actual === 'object' && shape === 'function')) return;
  throw new Error(
    `create() of "${kind}" gave ${actual === 'object' ? 'an object' : `a value of shape ${actual}`}, but it is injected as ${shape}. ` +
      `Set shape: '${actual}' in its forFeature, or give an object that holds it: { value: ... }.`,
  );
}

function isInjectedAsArray(token: string, modules: ModulesContainer): boolean {
  return [...modules.values()]
    .flatMap(({ providers, controllers, injectables }) => [
      ...providers.values(),
      ...controllers.values(),
      ...injectables.values(),
    ])
    .some(({ metatype }) => typeof metatype === 'function' && typesOf(token, metatype).includes(Array));
}

function typesOf(token: string, metatype: object): unknown[] {
  const types = (Reflect.getMetadata(CONSTRUCTOR_TYPES, metatype) ?? []) as unknown[];
  const parameters = (Reflect.getMetadata(CONSTRUCTOR_TOKENS, metatype) ?? []) as { index: number; param: unknown }[];
  const properties = (Reflect.getMetadata(PROPERTY_TOKENS, metatype) ?? []) as { key: string; type: unknown }[];
  const { prototype } = metatype as { prototype?: object };
  return [
    ...parameters.filter(({ param }) => param === token).map(({ index }) => types[index]),
    ...properties
      .filter(({ type }) => type === token && prototype !== undefined)
      .map(({ key }) => Reflect.getMetadata(PROPERTY_TYPE, prototype as object, key) as unknown),
  ];
}
