/** Stops what `global-setup.ts` started, also after failed tests. */
async function globalTeardown(): Promise<void> {
  await (globalThis as { stopTestDatabases?: () => Promise<void> }).stopTestDatabases?.();
}

export { globalTeardown as default };
