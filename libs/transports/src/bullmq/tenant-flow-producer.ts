import type { TenantMessages } from '@tenantry/core';
import type { FlowJob, FlowProducer, JobNode } from 'bullmq';
import { jobPurpose, ownIds } from './tenant-job-ids.js';

/** What jobs of every place in a flow have. */
interface Node {
  readonly name: string;
  readonly queueName: string;
  readonly data?: unknown;
  readonly opts?: object;
  readonly children?: readonly Node[];
}

/**
 * Adds flows, jobs with children, to queues of BullMQ in the name of the current tenant: each job is sealed for its own
 * queue, and ids are the tenant's own, as in `TenantQueue`. Wraps a producer that the caller owns and closes.
 */
export class TenantFlowProducer {
  readonly #producer: FlowProducer;
  readonly #messages: TenantMessages;

  constructor(producer: FlowProducer, messages: TenantMessages) {
    this.#producer = producer;
    this.#messages = messages;
  }

  /**
   * Adds a flow of the current tenant, all of it or nothing.
   *
   * @throws `MT_CONTEXT_MISSING` outside of any tenant's scope; what is wrong with the tenant; what BullMQ throws
   */
  async add(flow: FlowJob): Promise<JobNode> {
    return this.#producer.add(this.#sealed(flow) as FlowJob);
  }

  #sealed(node: Node): Node {
    const data = this.#messages.seal(jobPurpose(node.queueName, node.name), node.data ?? {});
    return {
      ...node,
      data,
      opts: ownIds(data.$tenant.id, node.opts ?? {}),
      ...(node.children !== undefined && { children: node.children.map((child) => this.#sealed(child)) }),
    };
  }
}
