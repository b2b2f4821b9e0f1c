import { fromHost } from './from-host.js';
import { fromPath, isPathTenantResolver } from './from-path.js';
import type { TenantRequest } from './tenant-request.js';
import type { TenantResolver } from './tenant-resolver.js';

/** The identifier, or the kind of the answer. */
async function answerOf(resolver: TenantResolver, path: string, ambiguity: string | null = null): Promise<string> {
  const answer = await resolver.resolve({ path, ambiguity } as TenantRequest);
  return answer.kind === 'resolved' ? `= ${answer.identifier}` : answer.kind;
}

describe('fromPath', () => {
  it.each([
    ['/t/foo.com/x', '= foo.com'],
    ['/t/foo.com', '= foo.com'],
    ['/t/foo.com/', '= foo.com'],
    ['/t/FOO.com/x', '= FOO.com'],
    ['/t/foo.com/files/a%2fb', '= foo.com'],
    ['/', 'notApplicable'],
    ['/t', 'notApplicable'],
    ['/tenants/foo.com', 'notApplicable'],
    ['/x/t/foo.com', 'notApplicable'],
    ['/t/', 'rejected'],
    ['/t//foo.com', 'rejected'],
    ['/t/../x', 'rejected'],
    ['/t/foo.com/../bar.com/x', 'rejected'],
    ['/t/foo.com/..%2fbar.com/x', 'rejected'],
    ['/t/foo.com/%2e%2e/bar.com', 'rejected'],
    ['/t/foo.com//x', 'rejected'],
    ['/t/foo.com/./x', 'rejected'],
    ['/t/foo.com/a%5cb', 'rejected'],
    ['/t/foo.com/a%00b', 'rejected'],
    ['/t/foo.com;v=1/x', 'rejected'],
    ['/t/%66oo.com/x', 'rejected'],
    ['/t/foo%2ecom/x', 'rejected'],
    ['/T/foo.com/x', 'rejected'],
    ['/%74/foo.com/x', 'rejected'],
    ['/%54/foo.com/x', 'rejected'],
    ['/t/foo.com/files/x/../../../bar.com/y', 'rejected'],
    ['/t/foo.com/files/..%2f..%2f..%2fbar.com', 'rejected'],
    ['/t/foo.com/files/a..b/.c/x.', '= foo.com'],
    ['//t/foo.com/x', 'rejected'],
    ['/./t/foo.com/x', 'rejected'],
    ['/t%2ffoo.com/x', 'rejected'],
    ['/t/__proto__/x', 'rejected'],
    ['/t/1.1/x', 'rejected'],
    ['/t/foo.com/files/..;/..;/..;/bar.com', 'rejected'],
    ['/t/foo.com/files/%252e%252e/x', 'rejected'],
    ['/t/foo.com/files/a;v=1/b', '= foo.com'],
    ['/t;v=1/foo.com/x', 'rejected'],
    ['/x/../t/foo.com', 'rejected'],
    ['/x/%2e%2e/t/foo.com', 'rejected'],
    ['/x/..;/t/foo.com', 'rejected'],
    ['/x\\..\\t\\foo.com', 'rejected'],
    ['/%74/foo.com/%zz', 'rejected'],
    ['/%2574/foo.com/x', 'rejected'],
    ['/t%00/foo.com/x', 'rejected'],
    ['/T/../x', 'rejected'],
    ['/docs/../me', 'rejected'],
    ['/docs/..%2fme', 'rejected'],
    ['/./t%2f.%2E/t/..', 'rejected'],
    ['/.well-known/x...', 'notApplicable'],
    ['/%zz', 'notApplicable'],
    ['/files/a%20b/C', 'notApplicable'],
    [`/t/${'a'.repeat(254)}/x`, 'rejected'],
    ['*', 'notApplicable'],
  ])('reads %s as %s', async (path, expected) => {
    expect(await answerOf(fromPath(), path)).toBe(expected);
  });

  it('rejects what is ambiguous, whether or not the path names a tenant', async () => {
    expect(await answerOf(fromPath(), '/t/foo.com', 'two Host headers')).toBe('rejected');
    expect(await answerOf(fromPath(), '/', 'two Host headers')).toBe('rejected');
  });
});

describe('fromPath with a prefix of several segments', () => {
  it.each([
    ['api/t', '/api/t/foo.com/x', '= foo.com'],
    ['api/t', '/t/foo.com/x', 'notApplicable'],
    ['api/t', '/api/v1/t/foo.com/x', 'notApplicable'],
    ['api/t', '/API/t/foo.com', 'rejected'],
    ['api/t', '/api//t/foo.com', 'rejected'],
    ['api/*/t', '/api/v1/t/foo.com/x', '= foo.com'],
    ['api/*/t', '/api/V2/t/foo.com', '= foo.com'],
    ['api/*/t', '/api/t/foo.com/x', 'notApplicable'],
    ['api/*/t', '/api/v1/x/t/foo.com', 'notApplicable'],
    ['api/*/t', '/api/v1/t', 'notApplicable'],
    ['api/*/t', '/api/v1/t/', 'rejected'],
    ['api/*/t', '/api//t/foo.com', 'rejected'],
    ['api/*/t', '/api/./t/foo.com', 'rejected'],
    ['api/*/t', '/api/../t/foo.com', 'rejected'],
    ['api/*/t', '/api/v1;x/t/foo.com', 'rejected'],
    ['api/*/t', '/api/a%2fb/t/foo.com', 'rejected'],
    ['api/*/t', '/api/%2e%2e/t/foo.com', 'rejected'],
    ['api/*/t', '/api/v1/T/foo.com', 'rejected'],
    ['api/*/t', '/x/../api/v1/t/foo.com', 'rejected'],
    ['*/t', '/v1/t/foo.com', '= foo.com'],
    ['*/t', '/t/foo.com', 'notApplicable'],
  ])('%s reads %s as %s', async (prefix, path, expected) => {
    expect(await answerOf(fromPath({ prefix }), path)).toBe(expected);
  });

  it.each(['/t/', '', 'T', 't//x', 't/', '*', 'api/*', 'a*/t', '**/t', 'api/../t', 'api/:v/t', 5])(
    'refuses the prefix %j',
    (prefix) => {
      expect(() => fromPath({ prefix: prefix as string })).toThrow(/fromPath\.prefix is /);
    },
  );
});

describe('the prefix of a path resolver', () => {
  it('can be read by the set-up of the application', () => {
    expect(isPathTenantResolver(fromPath())).toBe(true);
    expect(isPathTenantResolver(fromHost())).toBe(false);
    expect(fromPath({ prefix: 'api/*/t' }).prefix.text).toBe('api/*/t');
  });
});
