import { MessagePattern } from '@nestjs/microservices';
import { purposeOf, purposeOfMessage } from './message-purpose.js';

describe('purposeOf', () => {
  it.each([
    ['orders.created', 'orders.created'],
    [7, '7'],
    ['{not json', '{not json'],
    ['"quoted"', '"quoted"'],
    [{ b: 1, a: { d: 'x', c: 2 } }, '{"a":{"c":2,"d":"x"},"b":1}'],
    ['{"b":1,"a":{"d":"x","c":2}}', '{"a":{"c":2,"d":"x"},"b":1}'],
    [['x', 'y'], '{"0":"x","1":"y"}'],
    ['["x","y"]', '{"0":"x","1":"y"}'],
  ])('is one text for %j', (pattern, purpose) => {
    expect(purposeOf(pattern)).toBe(purpose);
    expect(purposeOf(purposeOf(pattern))).toBe(purpose);
  });

  it('distinguishes a key of the prototype from no key', () => {
    expect(purposeOf('{"__proto__":1}')).toBe('{"__proto__":1}');
  });
});

describe('purposeOfMessage', () => {
  class Handlers {
    @MessagePattern({ cmd: 'sum' })
    static sum(): void {}
  }
  const handler = Handlers.sum;

  it.each([
    ['RabbitMQ and TCP', { getPattern: () => 'named' }],
    ['NATS', { getSubject: () => 'named' }],
    ['Redis', { getChannel: () => 'named' }],
    ['MQTT and Kafka', { getTopic: () => 'named' }],
  ])('is what the context of %s names', (_transport, context) => {
    expect(purposeOfMessage(context, handler)).toBe('named');
  });

  it('is the pattern of the handler where the transport names none', () => {
    expect(purposeOfMessage({}, handler)).toBe('{"cmd":"sum"}');
    expect(purposeOfMessage(undefined, handler)).toBe('{"cmd":"sum"}');
  });
});
