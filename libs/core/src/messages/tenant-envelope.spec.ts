import { TenantEnvelopes } from './tenant-envelope.js';

const FOO = { id: 'foo' as never, generation: 3 };
const SUBJECT = { purpose: 'orders', data: { sku: 'A1', at: '2026-01-01' } };

describe('tenant envelopes', () => {
  const signing = new TenantEnvelopes(['a secret of some length']);

  it('names the tenant and the generation of its record, and nothing else, where messages are not signed', () => {
    expect(new TenantEnvelopes().seal(FOO, SUBJECT)).toEqual({ v: 1, id: 'foo', gen: 3 });
  });

  it('opens what it has sealed, also after the trip through JSON', () => {
    const trip = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    const subject = {
      purpose: 'orders',
      data: { at: new Date(0), gone: undefined, list: [undefined, 1], 7: 'x', b: -0 },
    };
    const envelope = trip(signing.seal(FOO, subject));
    expect(signing.open(envelope, { ...subject, data: trip(subject.data) })).toMatchObject({ id: 'foo', gen: 3 });
  });

  it.each([
    ['another tenant', { id: 'bar' }, SUBJECT],
    ['another generation', { gen: 4 }, SUBJECT],
    ['another pattern', {}, { ...SUBJECT, purpose: 'invoices' }],
    ['other data', {}, { ...SUBJECT, data: { sku: 'A2', at: '2026-01-01' } }],
    ['a signature cut short', { mac: 'AAAA' }, SUBJECT],
    ['an empty signature', { mac: '' }, SUBJECT],
  ])('does not trust a signed envelope that is used for %s', (_what, change, subject) => {
    const envelope = { ...signing.seal(FOO, SUBJECT), ...change };
    expect(() => signing.open(envelope, subject)).toThrow(expect.objectContaining({ code: 'MT_ENVELOPE_UNTRUSTED' }));
  });

  it('does not trust an unsigned envelope where messages are signed', () => {
    const unsigned = new TenantEnvelopes().seal(FOO, SUBJECT);
    expect(() => signing.open(unsigned, SUBJECT)).toThrow(expect.objectContaining({ code: 'MT_ENVELOPE_UNTRUSTED' }));
  });

  it('does not trust data that is nested too deep to be checked: it cannot have been signed', () => {
    const data = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown;
    const envelope = signing.seal(FOO, SUBJECT);
    expect(() => signing.open(envelope, { ...SUBJECT, data })).toThrow(
      expect.objectContaining({ code: 'MT_ENVELOPE_UNTRUSTED' }),
    );
  });

  it('accepts every secret and signs with the first, so that secrets can be rotated', () => {
    const rotated = new TenantEnvelopes(['the next secret, longer', 'a secret of some length']);
    expect(rotated.open(signing.seal(FOO, SUBJECT), SUBJECT).id).toBe('foo');
    expect(() => signing.open(rotated.seal(FOO, SUBJECT), SUBJECT)).toThrow('signature');
  });

  it.each([
    ['null', null],
    ['a text', 'foo'],
    ['no version', { id: 'foo', gen: 1 }],
    ['a later version', { v: 2, id: 'foo', gen: 1 }],
    ['a version in text', { v: '1', id: 'foo', gen: 1 }],
    ['no id', { v: 1, gen: 1 }],
    ['an id that is none', { v: 1, id: '../foo', gen: 1 }],
    ['an id of the prototype chain', { v: 1, id: '__proto__', gen: 1 }],
    ['a list of ids', { v: 1, id: ['foo'], gen: 1 }],
    ['no generation', { v: 1, id: 'foo' }],
    ['a negative generation', { v: 1, id: 'foo', gen: -1 }],
    ['half a generation', { v: 1, id: 'foo', gen: 0.5 }],
    ['a generation in text', { v: 1, id: 'foo', gen: '1' }],
    ['a signature that is no text', { v: 1, id: 'foo', gen: 1, mac: {} }],
  ])('refuses as malformed: %s', (_what, envelope) => {
    for (const envelopes of [new TenantEnvelopes(), signing])
      expect(() => envelopes.open(envelope, SUBJECT)).toThrow(expect.objectContaining({ code: 'MT_ENVELOPE_INVALID' }));
  });
});
