import { PROXY } from './balancers.mjs';

const TARGETS = [
  ...[
    '/t/foo.com/who',
    '/t/FOO.com/who',
    '/t/foo.com',
    '/t/foo.com/',
    '/t/Foo',
    '/t/foo.com?x=../',
    '/t/foo.com/who?x=/t/bar.com',
  ],
  ...[
    '/T/foo.com',
    '/%74/foo.com',
    '/%54/foo.com',
    '/%2574/foo.com',
    '/t/foo.com.',
    '/t/foo.com:80/x',
    '/t/%66oo.com/x',
  ],
  ...[
    '/t/foo%2ecom/x',
    '/t/1.1',
    '/t/0x7f.1',
    '/t/-',
    '/t/',
    '/t',
    '/t/foo/..%2fbar/x',
    '/t/foo.com/%2f/x',
    '/t/foo.com%2fbar.com',
  ],
  ...[
    '/t/foo.com%5cx',
    '/t/foo.com/a%5cb',
    '/t/foo.com%00',
    '/t/foo.com/a%00b',
    '/t/foo.com\\..\\bar.com',
    '/t/foo.com;v=1/x',
  ],
  ...[
    '/t;v=1/foo.com',
    '/t/foo.com/..;/x',
    '/t/foo.com/..',
    '/t/foo.com/../bar.com/x',
    '/t/foo.com/./x',
    '/t/foo.com/%2e%2e/bar.com',
  ],
  ...[
    '/t/foo.com/.%2e/bar.com',
    '/docs/../me',
    '/docs/..%2fme',
    '/t/foo.com/x/../../bar.com',
    '/t/foo.com/x/..%2f..%2fbar.com',
  ],
  ...[
    '/t/foo.com/x/..;/..;/bar.com',
    '/t/foo.com/x/%252e%252e/y',
    '/x/../t/foo.com',
    '/x/%2e%2e/t/foo.com',
    '/./t/foo.com',
  ],
  ...[
    '//t/foo.com',
    '/t//foo.com',
    '/t/foo.com//x',
    '///t///foo.com',
    '/%2ft/foo.com',
    '/\\t/foo.com',
    '/t/__proto__/x',
  ],
  ...[
    '/t/constructor',
    '/t/%E2%84%AAiosk',
    '/t/foo.com%E2%80%8B',
    '/t/%EF%BD%86oo.com',
    '/tenants/foo.com',
    '/x/t/foo.com',
    '/t.foo.com',
  ],
  ...[
    '/t%20/foo.com',
    '/%zz',
    '/t/%zz/x',
    '/t/foo.com/%zz',
    '/t/foo.com#/x',
    '/who#/t/bar.com',
    '/who?/t/bar.com',
    '//bar.com/who',
  ],
  ...[
    'http://foo.com/who',
    'http://bar.com/who',
    'http://FOO.com/who',
    'http://foo.com:80/who',
    'http://u@foo.com/who',
  ],
  ...[
    'http://foo.com@bar.com/who',
    'http://foo.com/t/bar.com',
    'http://foo.com?x/t/bar.com',
    'http://foo.com',
    'http:///who',
    't/bar.com',
    '*',
  ],
  ...[
    `/t/${'a'.repeat(253)}/x`,
    `/t/${'a'.repeat(254)}/x`,
    `/t/${'a'.repeat(10_000)}/x`,
    '/t/foo.com/who x',
    '/t\t/bar.com/x',
  ],
];

const HOSTS = [
  ...[
    'foo.com',
    'FOO.com:8080',
    'foo.com.',
    'foo.com.:80',
    'foo.com..',
    'foo..com',
    '.foo.com',
    '-foo.com',
    'foo.com-',
    'foo_bar.com',
  ],
  ...[
    'localhost:3000',
    '127.0.0.1:3000',
    '127.0.0.1.',
    '[::1]:3000',
    '[::ffff:127.0.0.1]:80',
    '[dead.beef]',
    '[::1',
    '::1',
    '1.1',
  ],
  ...[
    '0x7f.1',
    '2130706433',
    'foo.1',
    'foo.0x1',
    'a:80@evil',
    'foo.com, bar.com',
    'foo.com bar.com',
    '',
    '../../etc',
    'foo.com/t/bar.com',
  ],
  ...[
    'foo.com:bar',
    'foo.com:123456',
    'foo.com:',
    'foo.com?x',
    'foo.com#x',
    'foo.com\\bar.com',
    'f\xc3\xb3o.com',
    'bar.com@foo.com',
    'super',
  ],
  ...['foo.com%00', '%66oo.com', `${'a'.repeat(300)}.com`, '-0123456789abcdef', '__proto__', 'foo'],
];

const LINES = {
  'two hosts': ['Host: foo.com', 'Host: bar.com'],
  'the same host twice': ['Host: foo.com', 'Host: foo.com'],
  'no host': [],
  'a forwarded host': [
    'Host: foo.com',
    'X-Forwarded-Host: bar.com',
    'Forwarded: host=bar.com',
    'X-Original-Host: bar.com',
  ],
  'the word of the balancer': ['Host: foo.com', 'X-Balancer-Tenant: bar.com'],
  'the word of the balancer, twice': ['Host: foo.com', 'X-Balancer-Tenant: bar.com', 'X-Balancer-Tenant: foo.com'],
  'the word of the balancer with underscores': ['Host: foo.com', 'X_Balancer_Tenant: bar.com'],
  'the word of the balancer taken away': ['Host: foo.com', 'Connection: X-Balancer-Tenant'],
  'the key between the hops': ['Host: foo.com', 'X-Balancer-Host: bar.com'],
  'a tenant header': ['Host: foo.com', 'X-Tenant-Id: bar.com'],
  'a tenant header where nothing else names one': ['Host: localhost', 'X-Tenant-Id: bar.com'],
  'an empty tenant header': ['Host: foo.com', 'X-Tenant-Id:'],
  'an empty tenant header before a full one': ['Host: localhost', 'X-Tenant-Id:', 'X-Tenant-Id: bar.com'],
  'a tenant header with underscores': ['Host: foo.com', 'X_Tenant_Id: bar.com'],
  'a tenant header in odd letters': ['Host: localhost', 'x-tEnAnT-iD: FOO.com'],
  'two tenant headers': ['Host: localhost', 'X-Tenant-Id: foo.com', 'X-Tenant-Id: bar.com'],
  'the same tenant header twice': ['Host: localhost', 'X-Tenant-Id: foo.com', 'X-Tenant-Id: foo.com'],
  'a list of tenants': ['Host: localhost', 'X-Tenant-Id: foo.com, bar.com'],
  'a malformed tenant header': ['Host: foo.com', 'X-Tenant-Id: ../bar.com'],
  'a tenant header that is an address': ['Host: localhost', 'X-Tenant-Id: 1.1'],
};

/** Every odd request: of the tables of docs/security.md, from a client and from the trusted proxy; and at random. */
export function oddRequests(count) {
  const tables = [
    ...TARGETS.flatMap((target) => ['localhost', 'foo.com'].map((host) => ({ target, lines: [`Host: ${host}`] }))),
    ...HOSTS.flatMap((host) => ['/who', '/t/bar.com/who'].map((target) => ({ target, lines: [`Host: ${host}`] }))),
    ...Object.values(LINES).flatMap((lines) => ['/who', '/t/bar.com/who'].map((target) => ({ target, lines }))),
  ];
  return [...tables, ...tables.map((request) => ({ ...request, from: PROXY })), ...atRandom(count)];
}

const PIECES = [
  ...[
    '/',
    '/',
    '/',
    '/t/',
    '/t/',
    't',
    'T',
    '%74',
    'foo.com',
    'bar.com',
    'FOO.com',
    'who',
    '..',
    '.',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '\\',
  ],
  ...[';', '%3b', '%00', '%25', '?', '#', '//', '%66oo.com', 'foo', ':80', '-', '%', '\xff'],
];

/** Targets of random pieces; the same ones every time. */
function atRandom(count) {
  const random = pseudoRandom(20_240_229);
  const pick = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, () => {
    const target = `/${Array.from({ length: 1 + Math.floor(random() * 7) }, () => pick(PIECES)).join('')}`;
    return { target, lines: [`Host: ${pick(['localhost', 'foo.com', 'bar.com.', 'Foo.com:80'])}`] };
  });
}

function pseudoRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
