import { WithStartWorkflowOperation } from '@temporalio/client';
import { WorkflowIdConflictPolicy } from '@temporalio/common';
import { type Figure, medianOf } from './figures';
import { FLOOR_QUEUE } from './floor/queue';
import { opened, opens } from './floor/workflows';
import { inFlight, timed } from './load';
import { checkout, putOnSale } from './shopper';
import type { System } from './system';

/** `POST /checkout`, 20 at a time, beside a bare update-with-start of a workflow with one local step. */
export async function checkouts(system: System, { rounds, size }: { rounds: number; size: number }): Promise<Figure[]> {
  const sku = 'bench-checkouts';
  await putOnSale(system, [sku]);
  const ratios: number[] = [];
  await inFlight(40, 20, () => checkout(system.api, sku));
  for (let round = 0; round < rounds; round++) {
    const ours = await inFlight(size, 20, () => timed(() => checkout(system.api, sku)));
    const bare = await inFlight(size, 20, (index) => timed(() => open(system, `checkout-${round}-${index}`)));
    ratios.push(medianOf(ours.answers) / medianOf(bare.answers));
  }
  const beside = 'a bare update-with-start';
  return [{ bench: 'checkouts', what: '`POST /checkout`, 20 at a time', beside, reach: { most: 1.6 }, values: ratios }];
}

const open = ({ client }: System, name: string): Promise<unknown> =>
  client.workflow.executeUpdateWithStart(opened, {
    startWorkflowOperation: new WithStartWorkflowOperation(opens, {
      ...{ workflowId: `opens-${process.pid}-${name}`, taskQueue: FLOOR_QUEUE, args: [] },
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    }),
  });
