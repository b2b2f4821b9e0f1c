import process from 'node:process';

/** Runs one group of measurements and prints its rows. Started with `--expose-gc` and the address of the group. */
const { measure } = await import(process.argv[2]);
process.stdout.write(JSON.stringify(await measure()));
process.exit();
