import { compileChild } from './support/compiled-child.js';

describe('R24: a process stays alive while a caller awaits', () => {
  const compiled = compileChild([require.resolve('./support/awaiting-child.ts')]);
  afterAll(() => compiled.remove());

  it('an operation of the lifecycle, an answer of the catalog and a round over all tenants, and ends by itself after them', async () => {
    const { code, stderr } = await compiled.run();
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^\{/)]);
    expect(JSON.parse(stderr)).toEqual({
      retriedCreation: [3, 'running', 'notify'],
      hungProvisioner: 'MT_OPERATION_FAILED',
      deletionThatWaits: 3,
      hungCatalog: ['MT_CATALOG_UNAVAILABLE', 'MT_CATALOG_UNAVAILABLE'],
      round: [2, ['MT_CLIENT_CREATE_TIMEOUT'], 2],
    });
  });
});
