import { CallSignal, untilAborted } from './cloud-client-signal.js';

describe('CallSignal', () => {
  const open = (): AbortSignal => new AbortController().signal;

  it('gives the reason of the first source that aborts', () => {
    const closing = new AbortController();
    const caller = new AbortController();
    const call = new CallSignal(60_000, closing.signal, caller.signal);
    expect(call.signal.aborted).toBe(false);
    closing.abort();
    caller.abort();
    expect(call.signal.reason).toMatchObject({ name: 'CloudApiError', kind: 'closed' });
  });

  it('is aborted from the start when a source is', () => {
    const call = new CallSignal(60_000, open(), AbortSignal.abort('gone'));
    expect(call.signal.reason).toMatchObject({ kind: 'aborted', cause: 'gone' });
  });

  it('follows no source any more once it is released', () => {
    const caller = new AbortController();
    const call = new CallSignal(60_000, open(), caller.signal);
    call.release();
    caller.abort();
    expect(call.signal.aborted).toBe(false);
  });
});

describe('untilAborted', () => {
  it('answers with the work, or fails as it does', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(signal, Promise.resolve(1))).resolves.toBe(1);
    await expect(untilAborted(signal, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('stops waiting with the reason of the signal, also when the work fails later', async () => {
    const controller = new AbortController();
    let fail = (_: Error): void => undefined;
    const work = new Promise<never>((_, reject) => (fail = reject));
    const waiting = untilAborted(controller.signal, work);
    controller.abort(new Error('enough'));
    fail(new Error('too late'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(untilAborted(AbortSignal.abort(new Error('before')), work)).rejects.toThrow('before');
  });
});
