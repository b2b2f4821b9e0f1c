import { canonicalIdentifier, fromHost, fromPath, isDomain } from '@tenantry/core';
import { newTenantRecord } from '@tenantry/core/spi';
import type { ResolverAnswer, TenantRequest, TenantResolver } from '@tenantry/core';
import fc from 'fast-check';

const RUNS = { numRuns: 5_000 };

/** Letters whose lower or upper case is another letter, look-alikes, invisible ones, and what names are made of. */
const TRICKY = [
  ...'abkKsSiI019xX.-_:@%/\\ \t\0',
  ...[
    '\u212A',
    '\u017F',
    '\u0130',
    '\u0131',
    '\u00DF',
    '\uFF46',
    '\u200B',
    '\u00AD',
    '\u3002',
    '\u0301',
    '\uD800',
    'xn--',
  ],
];
const tricky = fc.array(fc.constantFrom(...TRICKY), { maxLength: 12 }).map((parts) => parts.join(''));
const name = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?$/);
const text = fc.oneof(name, tricky, fc.string({ unit: 'binary', maxLength: 20 }));

/** Lower case of A to Z and of nothing else: what the canonical form is allowed to change. */
function asciiLower(value: string): string {
  return value.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

function answerOf(resolver: TenantResolver, request: Partial<TenantRequest>): ResolverAnswer {
  return resolver.resolve({ ambiguity: null, ...request } as TenantRequest) as ResolverAnswer;
}

describe('the canonical form of an identifier', () => {
  it('is its own canonical form', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const canonical = canonicalIdentifier(raw);
        if (canonical !== null) expect(canonicalIdentifier(canonical)).toBe(canonical);
      }),
      RUNS,
    );
  });

  it('is what was sent up to the case of A to Z, so that no two identifiers meet', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const canonical = canonicalIdentifier(raw);
        if (canonical === null) return;
        expect(canonical).toBe(asciiLower(raw));
        expect(canonical).toMatch(/^[a-z0-9._-]{1,253}$/);
      }),
      RUNS,
    );
  });

  it('exists for every domain and every id that can be recorded', () => {
    fc.assert(
      fc.property(text, (value) => {
        if (isDomain(value)) expect(canonicalIdentifier(value)).toBe(value);
        const id = recordedId(value);
        if (id !== null) expect(canonicalIdentifier(id)).toBe(asciiLower(id));
      }),
      RUNS,
    );
  });
});

function recordedId(value: string): string | null {
  try {
    return newTenantRecord({ id: value, domain: 'foo.com' }).id;
  } catch {
    return null;
  }
}

describe('the tenant of a host', () => {
  const port = fc.oneof(
    fc.constant(''),
    fc.constant('.'),
    fc.nat(70_000).map((number) => `:${number}`),
    fc.constant('.:80'),
  );

  it('is the host that was sent up to case, port and one final dot', () => {
    fc.assert(
      fc.property(text, port, (host, end) => {
        const answer = answerOf(fromHost(), { host: host + end });
        if (answer.kind !== 'resolved') return;
        expect(answer.identifier).toBe(
          asciiLower(host + end)
            .replace(/:\d{1,5}$/, '')
            .replace(/\.$/, ''),
        );
        expect(canonicalIdentifier(answer.identifier)).toBe(answer.identifier);
      }),
      RUNS,
    );
  });

  it('is the domain itself for every domain of more than one label', () => {
    const domain = fc.domain().filter((value) => isDomain(value));
    fc.assert(
      fc.property(
        domain,
        port.filter((end) => end.length < 6),
        (host, end) => {
          expect(answerOf(fromHost(), { host: host.toUpperCase() + end })).toMatchObject({
            kind: 'resolved',
            identifier: host,
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the tenant of a path', () => {
  const segment = fc.constantFrom(
    ...[
      't',
      'T',
      '%74',
      '%54',
      't;x',
      'foo.com',
      'FOO.com',
      'bar.com',
      'x',
      '',
      '.',
      '..',
      '%2e',
      '.%2E',
      '..;',
      '%2f',
      '%5c',
      '%zz',
      '%00',
    ],
  );
  const separator = fc.constantFrom('/', '/', '/', '/', '//', '\\', '%2f', ';');
  const path = fc
    .array(fc.tuple(separator, segment), { minLength: 1, maxLength: 7 })
    .map((parts) => `/${parts.flat().join('').replace(/^\//, '')}`);

  it('is the segment behind the prefix as it was sent', () => {
    fc.assert(
      fc.property(path, (sent) => {
        const answer = answerOf(fromPath(), { path: sent });
        if (answer.kind === 'resolved') expect(`${sent}/`.startsWith(`/t/${answer.identifier}/`)).toBe(true);
      }),
      RUNS,
    );
  });

  it('is the one that a reader finds who decodes and normalises, or the path is refused', () => {
    fc.assert(
      fc.property(path, (sent) => {
        const answer = answerOf(fromPath(), { path: sent });
        const found = /^\/t\/([^/]+)/.exec(normalised(sent))?.[1];
        if (answer.kind === 'notApplicable') expect(found).toBeUndefined();
        if (answer.kind === 'resolved') expect(found).toBe(asciiLower(answer.identifier));
      }),
      RUNS,
    );
  });
});

/** What the platform's URL parser makes of a path: dot segments and backslashes resolved; then decoded and lower-cased. */
function normalised(path: string): string {
  const { pathname } = new URL(`http://host${path.replace(/^[/\\]+/, '/')}`);
  return pathname
    .replace(/%2f/gi, '/')
    .replace(/%74/g, 't')
    .replace(/%54/g, 't')
    .toLowerCase()
    .replace(/\/{2,}/g, '/');
}
