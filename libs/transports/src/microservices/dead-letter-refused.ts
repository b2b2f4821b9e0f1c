import { Logger } from '@nestjs/common';
import { systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { numberArgument } from '@tenantry/core/spi';
import { logRefused } from './refused-message.js';
import type { OnRefused, RefusedMessage } from './refused-message.js';

/** Options of {@link deadLetterRefused}. */
export interface DeadLetterOptions {
  /** How long an event waits, unacknowledged, before it is requeued, milliseconds from 0; default 1,000. */
  readonly requeueDelayMs?: number;
  /** Where the wait takes time from; default the system's. */
  readonly clock?: Clock;
}

/** What is used of the channel of `amqplib`. */
interface Channel {
  nack(message: unknown, allUpTo: boolean, requeue: boolean): void;
}

/** What is used of `RmqContext`. */
interface RmqContextLike {
  getChannelRef(): Channel;
  getMessage(): unknown;
}

const logger = new Logger('Multitenancy');

/**
 * For `onRefused` on RabbitMQ with manual acknowledgements (`noAck: false`; with `true` the broker closes the channel). It acknowledges
 * messages whose handler never ran, which no other code does.
 *
 * A refused message goes to the dead-letter exchange of its queue; a queue without one drops it. An event that an outage stopped (503) is
 * requeued after a wait instead. A request never is: its caller has received the error. On other transports, and always for events, a line is logged.
 *
 * @throws `MT_ARGUMENT_INVALID`
 */
export function deadLetterRefused(options: DeadLetterOptions = {}): OnRefused {
  const { requeueDelayMs = 1000, clock = systemClock } = options;
  numberArgument('requeueDelayMs', requeueDelayMs, { min: 0, unit: 'milliseconds' });
  return (refusal) => {
    logRefused(refusal);
    const { context } = refusal;
    if (!isRmqContext(context)) return;
    if (!isWorthAnotherTry(refusal)) reject(context, false);
    else clock.setTimer(() => reject(context, true), requeueDelayMs);
  };
}

function isWorthAnotherTry({ kind, error }: RefusedMessage): boolean {
  return kind === 'event' && error.info.status === 503;
}

/** The broker has the messages of a channel back that has closed since; that is no failure, and no reason to end the process. */
function reject(context: RmqContextLike, requeue: boolean): void {
  try {
    context.getChannelRef().nack(context.getMessage(), false, requeue);
  } catch (error) {
    if (!isClosedChannel(error)) logger.error('A refused message was not given back to RabbitMQ.', String(error));
  }
}

function isClosedChannel(error: unknown): boolean {
  return (Object(error) as { name?: unknown }).name === 'IllegalOperationError';
}

function isRmqContext(context: unknown): context is RmqContextLike {
  const { getChannelRef, getMessage } = Object(context) as Partial<RmqContextLike>;
  return typeof getChannelRef === 'function' && typeof getMessage === 'function';
}
