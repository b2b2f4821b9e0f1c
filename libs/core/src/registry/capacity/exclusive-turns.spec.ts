import { ExclusiveTurns } from './exclusive-turns.js';

const { signal } = new AbortController();

/** Whose turns have begun. */
function turnsOf(): { readonly begun: string[]; enter(name: string, signal?: AbortSignal): Promise<() => void> } {
  const turns = new ExclusiveTurns();
  const begun: string[] = [];
  const enter = async (name: string, own = signal): Promise<() => void> => {
    const end = await turns.enter('foo', own);
    begun.push(name);
    return end;
  };
  return { begun, enter };
}

describe('ExclusiveTurns', () => {
  it('come in the order of the callers, and a turn that is ended twice ends no other', async () => {
    const { begun, enter } = turnsOf();
    const end = await enter('first');
    const second = enter('second');
    void enter('third');
    end();
    end();
    await second;
    await new Promise(setImmediate);
    expect(begun).toEqual(['first', 'second']);
    end();
    await new Promise(setImmediate);
    expect(begun).toEqual(['first', 'second']);
    (await second)();
    await new Promise(setImmediate);
    expect(begun).toEqual(['first', 'second', 'third']);
  });

  it('are not passed to a caller that has given up', async () => {
    const { begun, enter } = turnsOf();
    const end = await enter('first');
    const givingUp = new AbortController();
    const second = enter('second', givingUp.signal);
    const third = enter('third');
    givingUp.abort(new Error('given up'));
    await expect(second).rejects.toThrow('given up');
    end();
    await third;
    expect(begun).toEqual(['first', 'third']);
  });
});
