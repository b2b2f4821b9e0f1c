import { executionAsyncResource } from 'node:async_hooks';
import { callingCreation, CreationNode, withinCreation } from './creation-chain.js';

describe('what is being created', () => {
  let storagesAtFirst = NaN;

  beforeAll(async () => {
    storagesAtFirst = await storagesOfNewPromise();
  });

  it('is known in its factory, to one that begins within another, and to the outer one again', async () => {
    const [outer, inner] = [new CreationNode(), new CreationNode()];
    const seen = await withinCreation(outer, async () => {
      const before = callingCreation();
      const within = await withinCreation(inner, callingCreation);
      return [before, within, callingCreation()];
    });
    expect(seen).toEqual([outer, inner, outer]);
    expect(callingCreation()).toBeUndefined();
  });

  it('is known to one factory still when another beside it has ended', async () => {
    const node = new CreationNode();
    let finish: (() => void) | undefined;
    const long = withinCreation(node, async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return callingCreation();
    });
    await withinCreation(new CreationNode(), () => undefined);
    finish?.();
    expect(await long).toBe(node);
  });

  it('costs the promises of the process nothing once no factory runs, also after one that failed', async () => {
    await withinCreation(new CreationNode(), () => undefined);
    const failed = withinCreation(new CreationNode(), () => Promise.reject(new Error('no database')));
    await expect(failed).rejects.toThrow('no database');
    expect(await storagesOfNewPromise()).toBe(storagesAtFirst);
  });
});

/** How many storages Node 20 and 22 note at each promise that is made, Jest's own among them; later versions note none there. */
async function storagesOfNewPromise(): Promise<number> {
  await Promise.resolve();
  const symbols = Object.getOwnPropertySymbols(executionAsyncResource());
  return symbols.filter(({ description }) => description === 'kResourceStore').length;
}
