import type { SealedMessage, TenantMessages } from '@tenantry/core';
import type { FlowJob, FlowProducer, JobNode, JobsOptions } from 'bullmq';
import { JobParents } from './job-parents.js';
import { jobPurpose, ownIds } from './tenant-job-ids.js';

type NodeOptions = Pick<JobsOptions, 'jobId' | 'deduplication' | 'parent'>;

/** What jobs of every place in a flow have. */
interface Node {
  readonly name: string;
  readonly queueName: string;
  readonly data?: unknown;
  readonly opts?: NodeOptions;
  readonly children?: readonly Node[];
}

interface SealedNode extends Node {
  readonly data: SealedMessage;
  readonly opts: NodeOptions;
  readonly children?: readonly SealedNode[];
}

/**
 * Adds flows, jobs with children, to queues of BullMQ for the current tenant: each job is sealed for its own
 * queue, and ids are the tenant's own, as in `TenantQueue`. Wraps a producer that the caller owns and closes.
 */
export class TenantFlowProducer {
  readonly #producer: FlowProducer;
  readonly #messages: TenantMessages;
  readonly #parents: JobParents;

  constructor(producer: FlowProducer, messages: TenantMessages) {
    this.#producer = producer;
    this.#messages = messages;
    this.#parents = new JobParents(producer, messages);
  }

  /**
   * Adds a flow of the current tenant, all of it or nothing.
   *
   * @throws `MT_CONTEXT_MISSING` outside of any tenant's scope; what is wrong with the tenant; `MT_TENANT_FORBIDDEN` for a
   *   `parent` in the options that is not a job of this tenant; what BullMQ throws
   */
  async add(flow: FlowJob): Promise<JobNode> {
    const sealed = this.#sealed(flow);
    await Promise.all(nodesOf(sealed).map(({ data, opts }) => this.#parents.assertOwn(opts.parent, data.$tenant.id)));
    return this.#producer.add(sealed as FlowJob);
  }

  #sealed({ children, ...node }: Node): SealedNode {
    const data = this.#messages.seal(jobPurpose(node.queueName, node.name), node.data ?? {});
    return {
      ...node,
      data,
      opts: ownIds(data.$tenant.id, node.opts ?? {}),
      ...(children !== undefined && { children: children.map((child) => this.#sealed(child)) }),
    };
  }
}

function nodesOf(node: SealedNode): readonly SealedNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)];
}
