import {
  condition,
  defineSignal,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { BareActivities, nothing as Nothing } from './activities';

const { nothing } = proxyLocalActivities<{ nothing: typeof Nothing }>({ startToCloseTimeout: '5s' });

/** The least that a workflow with a step can be: what Temporal and its SDK cost with nothing of Holdfast. */
export async function noop(): Promise<void> {
  await nothing();
}

export const heard = defineSignal('heard');
/** As `noop`, once a signal has come: what the receiver of webhooks asks of Temporal. */
export async function hears(): Promise<void> {
  let isHeard = false;
  setHandler(heard, () => {
    isHeard = true;
  });
  await condition(() => isHeard);
  await nothing();
}

export const opened = defineUpdate<string>('opened');
/** As `noop`, with an update that is answered after the step: what a checkout asks of Temporal. */
export async function opens(): Promise<void> {
  const done = nothing();
  setHandler(opened, async () => {
    await done;
    return 'held';
  });
  await done;
}

const local = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '5s' });
const remote = proxyActivities<BareActivities>({ startToCloseTimeout: '20s' });

/**
 * The bare shape of an order of a download: the events, statements and calls of the product's good path, and nothing
 * that makes it right. It never parks, loses money when a step fails, and knows one way to end.
 */
export async function bareOrder(): Promise<string> {
  const session = workflowInfo().workflowId;
  let isPaid = false;
  setHandler(heard, () => {
    isPaid = true;
  });
  const opening = local.open(session);
  setHandler(opened, () => opening);
  await opening;
  await condition(() => isPaid, '31 minutes');
  await remote.confirm(session);
  const status = await local.commit(session);
  upsertSearchAttributes({ OrderStatus: [status] });
  await remote.mail(session);
  return status;
}
