import { NatsRecordBuilder, RmqRecordBuilder } from '@nestjs/microservices';
import { sealedPayload } from './sealed-payload.js';

const seal = (data: unknown): unknown => ({ $tenant: 'foo', data });

describe('a payload that is sealed', () => {
  it.each([
    { constructor: { name: 'RmqRecord' }, data: 'x', $tenant: { v: 1, id: 'bar', gen: 1 } },
    JSON.parse('{"__proto__":{"constructor":{"name":"NatsRecord"}},"data":"x"}') as object,
    Object.assign(Object.create(null) as object, { data: 'x' }),
    [{ data: 'x' }],
    'text',
    null,
  ])('seals what only looks like a record, whatever its members say', (data) => {
    expect(sealedPayload(data, seal)).toEqual({ $tenant: 'foo', data });
  });

  it('seals the data of a record, and leaves its options and its class to the transport', () => {
    for (const builder of [new RmqRecordBuilder('x'), new NatsRecordBuilder('x')]) {
      const record = builder.build();
      const sealed = sealedPayload(record, seal) as typeof record;
      expect(sealed).toBeInstanceOf(record.constructor);
      expect(sealed).toMatchObject({ data: { $tenant: 'foo', data: 'x' } });
      expect(record.data).toBe('x');
    }
  });
});
