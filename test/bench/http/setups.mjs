import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Every set-up, in the order of the table. `peer`: it is served by Nest 11 and installed apart. */
export const SETUPS = [
  { name: 'bare' },
  { name: 'tenantry' },
  { name: 'tenantry+observability' },
  { name: 'tenantry+client' },
  { name: 'tenantry+2clients' },
  { name: 'als' },
  { name: 'floor' },
  { name: 'durable' },
  { name: 'nestjs-cls' },
  { name: 'request-scope' },
  { name: 'bare-nest11', peer: true },
  { name: 'lexmata', peer: true },
  { name: 'nestjs-multitenant', peer: true },
].map((setup) => ({ peer: false, ...setup, address: addressOf(setup) }));

/** A set-up by its name, or one of your own by the path of its file. */
export function setupOf(name) {
  if (name.endsWith('.mjs')) return { name: basename(name, '.mjs'), peer: false, address: pathToFileURL(name).href };
  const setup = SETUPS.find((each) => each.name === name);
  if (setup === undefined)
    throw new Error(`No set-up ${name}; there are ${SETUPS.map((each) => each.name).join(', ')}.`);
  return setup;
}

function addressOf({ name, peer }) {
  return new URL(`${peer ? 'peers' : 'setups'}/${name}.mjs`, import.meta.url).href;
}
