import { OUT_OF_STOCK } from '../../messages/refusals';
import { database } from '../steps';
import { compensate } from './compensate';
import { refusal } from './inbox';
import { Parcels } from './parcels';
import type { OrderRun } from './run';

/**
 * The money of an order that could not be delivered was given back, and the bank refused it: staff decide. They ask for the refund again, or ship
 * after all, for which the stock is taken again.
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

/** The goods went back to the shelf with the refund: they are sold to this order again, where there are any. */
async function sellAgain(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  const { status, missing } = await run.untilDone('commit', () => database.commitOrder({ sessionId }));
  if (missing.length > 0) throw refusal('The stock went back to the shelf, and is gone', OUT_OF_STOCK);
  run.setStatus(status, 'To be shipped after all; the stock is sold to this order');
}

/** Staff have decided about what others found out, and the order goes on. */
export async function decide(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  run.apply(await run.untilDone('decide', () => database.decide({ sessionId })));
}
