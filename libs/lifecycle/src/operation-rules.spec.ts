import { begunOperation, patchedOperation } from './operation-rules.js';
import type { TenantOperation } from './tenant-operation.js';

const tenant = { id: 'foo' } as TenantOperation['tenant'];

/** An operation whose step has been tried three times. */
function tried(): TenantOperation {
  const begun = begunOperation({ id: 'one', requestKey: 'key', kind: 'create' }, 'provision', null, tenant);
  return { ...begun, attempts: 3 };
}

describe('the attempts of an operation', () => {
  it('are those of its step: they start from 0 with the next one', () => {
    expect(patchedOperation(tried(), { step: 'notify' })).toMatchObject({ step: 'notify', attempts: 0 });
  });

  it('start from 0 when a part of the step is finished', () => {
    expect(patchedOperation(tried(), { finish: 'database' })).toMatchObject({ finished: ['database'], attempts: 0 });
  });

  it('are kept while the step goes through its failures', () => {
    expect(patchedOperation(tried(), { error: 'no' } as never)).toMatchObject({ attempts: 3 });
    expect(patchedOperation(tried(), { release: true })).toMatchObject({ attempts: 3 });
  });

  it('are counted as the patch says', () => {
    expect(patchedOperation(tried(), { attempts: 4 })).toMatchObject({ attempts: 4 });
    expect(patchedOperation(tried(), { step: 'notify', attempts: 1 })).toMatchObject({ attempts: 1 });
  });
});
