import process from 'node:process';
import pg from 'pg';

const SERVER_URL = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
const NAME = `tenantry_bench_peers_${process.pid}`;

/** A peer that opens connections without end must not take them all from others on the server. */
export const MAX_CONNECTIONS = 40;

/**
 * Makes a database and a role of few connections for the peer that needs one, on the server of DATABASE_URL or 127.0.0.1:5432.
 *
 * @returns how to connect, and `drop`; `null` when no server answers
 */
export async function createPeerDatabase() {
  try {
    await administer(`create role ${NAME} login connection limit ${MAX_CONNECTIONS} password '${NAME}'`);
    await administer(`create database ${NAME} owner ${NAME}`);
  } catch (error) {
    process.stderr.write(`left out, for want of a PostgreSQL: nestjs-multitenant (${error.code ?? 'no answer'})\n`);
    return null;
  }
  const { hostname, port } = new URL(SERVER_URL);
  const account = { username: NAME, password: NAME, database: NAME };
  return { config: { host: hostname, port: Number(port || 5432), ...account, synchronize: true }, drop };
}

async function drop() {
  await administer(`drop database ${NAME} with (force)`);
  await administer(`drop role ${NAME}`);
}

async function administer(sql) {
  const client = new pg.Client({ connectionString: SERVER_URL, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
