import { OUT_OF_STOCK } from '../../messages/refusals';
import { database } from '../steps';
import { compensate } from './compensate';
import { refusal } from './inbox';
import { Parcels } from './parcels';
import type { OrderRun } from './run';

/**
 * Waits for staff to decide about an order that could not be delivered and whose refund the bank rejected. They
 * request the refund again, or ship after all, which takes the stock again.
 */
export async function awaitDecision(run: OrderRun): Promise<void> {
  run.waits('a decision about the refund that failed');
  const message = await run.nextMessage();
  await run.serve(message, async () => {
    if (message.kind === 'changed') return run.refresh();
    if (message.kind !== 'request') return;
    const { request } = message;
    run.allow(request.name);
    if (request.name !== 'ship')
      return compensate(run, request.name === 'cancel' ? request.request.reason : 'other', 'staff');
    await sellAgain(run);
    await new Parcels(run).ship(request.request);
  });
}

/** Sells the goods to this order again, if there are any. They returned to stock with the refund. */
async function sellAgain(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  const { status, missing } = await run.untilDone('commit', () => database.commitOrder({ sessionId }));
  if (missing.length > 0) throw refusal('The stock went back to the shelf, and is gone', OUT_OF_STOCK);
  run.setStatus(status, 'To be shipped after all; the stock is sold to this order');
}

/** Records the decision of staff. The order continues. */
export async function decide(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  run.apply(await run.untilDone('decide', () => database.decide({ sessionId })));
}
