import { Logger } from '@nestjs/common';
import { CatalogUnavailableError, TenantRequiredError } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { deadLetterRefused } from './dead-letter-refused.js';
import type { RefusedMessage } from './refused-message.js';

function refusal(parts: Partial<RefusedMessage>): RefusedMessage {
  return { purpose: 'p', message: {}, kind: 'event', context: {}, error: new TenantRequiredError(), ...parts };
}

function rmqContext(nack: (...args: unknown[]) => void): object {
  return { getChannelRef: () => ({ nack }), getMessage: () => 'the message' };
}

describe('deadLetterRefused', () => {
  const logged: unknown[] = [];

  beforeEach(() => {
    logged.length = 0;
    const error = (message: unknown): void => void logged.push(message);
    Logger.overrideLogger({ log: () => undefined, warn: () => undefined, error });
  });

  afterEach(() => Logger.overrideLogger(false));

  it.each([-1, Number.NaN, Infinity])('refuses a wait of %d ms', (requeueDelayMs) => {
    expect(() => deadLetterRefused({ requeueDelayMs })).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }),
    );
  });

  it('logs on transports without acknowledgements', async () => {
    await deadLetterRefused()(refusal({}));
    expect(logged).toEqual(['MT_TENANT_REQUIRED: an event was refused: "p".']);
  });

  it('waits a second by default, holding the event, and requeues it', async () => {
    const clock = new ManualClock();
    const nacks: unknown[] = [];
    const context = rmqContext((...args) => nacks.push(args));
    await deadLetterRefused({ clock })(refusal({ context, error: new CatalogUnavailableError(new Error('down')) }));
    clock.advance(999);
    expect(nacks).toEqual([]);
    clock.advance(1);
    expect(nacks).toEqual([['the message', false, true]]);
  });

  it('logs nothing for a closed channel, whose messages are requeued', async () => {
    const closed = Object.assign(new Error('Channel closed'), { name: 'IllegalOperationError' });
    const context = rmqContext(() => {
      throw closed;
    });
    await deadLetterRefused()(refusal({ context, kind: 'request' }));
    expect(logged).toEqual([]);
  });

  it('logs a failure to give a message back, and continues', async () => {
    const context = rmqContext(() => {
      throw new Error('broken');
    });
    await deadLetterRefused()(refusal({ context, kind: 'request' }));
    expect(logged).toEqual(['A refused message was not given back to RabbitMQ.']);
  });
});
