const PATIENCE_MS = 20_000;

/** Waits, turn by turn, until a condition holds. Gives up with an error before Jest would, so that nothing keeps spinning. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`This did not come true: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
