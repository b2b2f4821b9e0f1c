import { deepEqual, equal, rejects } from 'node:assert/strict';
import { tenantId } from '@tenantry/core';
import type { NewArtifact } from '../artifacts/artifact.js';
import type { ArtifactKey, ArtifactStore } from '../artifacts/artifact-store.js';

/** One case of a contract suite, for any test runner. */
export interface ContractCase<T> {
  readonly title: string;
  readonly run: (subject: T) => Promise<void>;
}

const FOO: ArtifactKey = { tenantId: tenantId('foo'), kind: 'service', name: 'MyService' };
const BAR: ArtifactKey = { ...FOO, tenantId: tenantId('bar') };
const QUOTA = { names: 2, versions: 3 };

/** What every {@link ArtifactStore} must do. Each case gets a store in which foo and bar have nothing. */
export function artifactStoreContract(): readonly ContractCase<ArtifactStore>[] {
  return [
    { title: 'gives each tenant its own artifact of a name', run: ownArtifacts },
    { title: 'numbers versions, and keeps the number of a content that comes again', run: versions },
    { title: 'takes the new verdict of a content that comes again', run: newVerdict },
    { title: 'refuses names beyond the quota, and takes new versions of those that are there', run: names },
    { title: 'deletes the oldest versions beyond the quota, and never the active one', run: pruning },
    { title: 'activates by compare-and-swap, and refuses unknown and faulty versions', run: activation },
    { title: 'lets one of several simultaneous activations with the same expectation win', run: races },
    { title: 'keeps the versions of what is not active any more', run: deactivation },
    { title: 'keeps who may call', run: access },
    { title: 'deletes a name, or all of a tenant', run: removal },
  ];
}

function artifact(source: string, state: 'staged' | 'faulty' = 'staged'): NewArtifact {
  const isStaged = state === 'staged';
  return {
    source,
    sha256: `sha of ${source}`,
    language: 'javascript',
    code: isStaged ? source : '',
    manifest: isStaged ? { handlers: { in: 0, out: 0 } } : null,
    state,
    fault: isStaged ? null : { message: 'no', line: 1, column: 2 },
  };
}

async function ownArtifacts(store: ArtifactStore): Promise<void> {
  await store.add(FOO, artifact('foo'), QUOTA);
  await store.add(BAR, artifact('bar'), QUOTA);
  equal((await store.find(FOO, 1))?.code, 'foo');
  equal((await store.find(BAR, 1))?.code, 'bar');
  await store.activate(FOO, 1);
  deepEqual(await store.active(BAR.tenantId, 'service'), []);
  deepEqual(await store.active(FOO.tenantId, 'service'), [{ name: 'MyService', version: 1, access: 'signed-in' }]);
}

async function versions(store: ArtifactStore): Promise<void> {
  const numbers: number[] = [];
  for (const source of ['one', 'two', 'one']) numbers.push((await store.add(FOO, artifact(source), QUOTA)).version);
  deepEqual(numbers, [1, 2, 1]);
  const [listed] = await store.list(FOO.tenantId, 'service');
  deepEqual(
    listed?.versions.map(({ version }) => version),
    [2, 1],
  );
  equal(await store.find(FOO, 3), null);
}

async function newVerdict(store: ArtifactStore): Promise<void> {
  const faulty = await store.add(FOO, artifact('one', 'faulty'), QUOTA);
  deepEqual([faulty.state, faulty.fault?.line, faulty.fault?.column], ['faulty', 1, 2]);
  const staged = await store.add(FOO, artifact('one'), QUOTA);
  deepEqual([staged.version, staged.state, staged.fault], [1, 'staged', null]);
  equal((await store.find(FOO, 1))?.code, 'one');
}

async function names(store: ArtifactStore): Promise<void> {
  for (const name of ['A', 'B']) await store.add({ ...FOO, name }, artifact('one'), QUOTA);
  await rejects(store.add({ ...FOO, name: 'C' }, artifact('one'), QUOTA), { code: 'MT_ARTIFACT_LIMIT' });
  equal((await store.add({ ...FOO, name: 'A' }, artifact('two'), QUOTA)).version, 2);
  equal((await store.add({ ...BAR, name: 'C' }, artifact('one'), QUOTA)).version, 1);
}

async function pruning(store: ArtifactStore): Promise<void> {
  await store.add(FOO, artifact('1'), QUOTA);
  await store.activate(FOO, 1);
  for (const source of ['2', '3', '4']) await store.add(FOO, artifact(source), QUOTA);
  const [listed] = await store.list(FOO.tenantId, 'service');
  deepEqual(
    listed?.versions.map(({ version }) => version),
    [4, 3, 1],
  );
  equal((await store.add(FOO, artifact('5'), QUOTA)).version, 5);
}

async function activation(store: ArtifactStore): Promise<void> {
  await store.add(FOO, artifact('1'), QUOTA);
  await store.add(FOO, artifact('2', 'faulty'), QUOTA);
  await rejects(store.activate(FOO, 2), { code: 'MT_ARTIFACT_FAULTY' });
  await rejects(store.activate(FOO, 3), { code: 'MT_ARTIFACT_UNKNOWN' });
  await rejects(store.activate({ ...FOO, name: 'None' }, 1), { code: 'MT_ARTIFACT_UNKNOWN' });
  await rejects(store.activate(FOO, 1, 2), { code: 'MT_ARTIFACT_STALE' });
  await store.activate(FOO, 1, null);
  await rejects(store.activate(FOO, 1, null), { code: 'MT_ARTIFACT_STALE' });
}

async function races(store: ArtifactStore): Promise<void> {
  for (const source of ['1', '2', '3']) await store.add(FOO, artifact(source), QUOTA);
  const results = await Promise.allSettled([1, 2, 3].map((version) => store.activate(FOO, version, null)));
  equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
}

async function deactivation(store: ArtifactStore): Promise<void> {
  await store.add(FOO, artifact('1'), QUOTA);
  await store.activate(FOO, 1);
  equal(await store.deactivate(FOO), true);
  equal(await store.deactivate(FOO), false);
  deepEqual(await store.active(FOO.tenantId, 'service'), []);
  equal((await store.find(FOO, 1))?.code, '1');
}

async function access(store: ArtifactStore): Promise<void> {
  await rejects(store.setAccess(FOO, 'public'), { code: 'MT_ARTIFACT_UNKNOWN' });
  await store.add(FOO, artifact('1'), QUOTA);
  await store.setAccess(FOO, 'public');
  await store.activate(FOO, 1);
  equal((await store.active(FOO.tenantId, 'service'))[0]?.access, 'public');
}

async function removal(store: ArtifactStore): Promise<void> {
  for (const name of ['A', 'B']) await store.add({ ...FOO, name }, artifact('1'), QUOTA);
  await store.add(BAR, artifact('1'), QUOTA);
  equal(await store.remove({ ...FOO, name: 'A' }), true);
  equal(await store.remove({ ...FOO, name: 'A' }), false);
  equal(await store.find({ ...FOO, name: 'A' }, 1), null);
  await store.removeAll(FOO.tenantId);
  deepEqual(await store.list(FOO.tenantId, 'service'), []);
  equal((await store.list(BAR.tenantId, 'service')).length, 1);
}
