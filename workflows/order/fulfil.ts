import { AWAITED_MEANWHILE, awaitedToFulfil } from '../../domain/awaited';
import { deliveredInWords } from '../../domain/happened';
import { DECISIONS } from '../../domain/order';
import { phaseOf } from '../../domain/phase';
import type { OtherWork } from '../meanwhile';
import { database } from '../steps';
import { cancelOrder } from './cancel';
import { isToBeDone } from './carried-out';
import { decide } from './decide';
import type { Message, StaffRequest } from './inbox';
import { Parcels } from './parcels';
import { giveBackFailed, giveBackPart, giveBackRefused } from './refunds';
import { resolve } from './resolve';
import { takeBack } from './returns';
import type { OrderRun } from './run';

/**
 * Steps 5 and 6. A digital order is already delivered. A physical order waits until staff have shipped it, in one or
 * more parcels, and then for a delivery report or the end of `AUTO_COMPLETE_SECONDS`. Staff may refund all or part of
 * it instead.
 */
export async function fulfil(run: OrderRun): Promise<void> {
  const parcels = new Parcels(run);
  while (phaseOf(run.order) === 'to-fulfil') {
    run.waits(awaitedToFulfil(run.order));
    const message = await run.nextMessage(parcels.untilTakenAsDelivered, 'Shipped long enough ago');
    await run.serve(message, () => take(run, parcels, message));
  }
}

async function take(run: OrderRun, parcels: Parcels, message: Message): Promise<void> {
  if (message.kind === 'time-up') return complete(run, 'long-enough-ago');
  if (message.kind === 'changed') return parcels.refresh();
  if (message.kind !== 'request') return; // the order is paid, so a message about the session changes nothing
  const { request } = message;
  if (request.name !== 'refund' && request.name !== 'cancel') run.waits(AWAITED_MEANWHILE[request.name]);
  switch (request.name) {
    case 'ship':
      return parcels.ship(request.request, request.key);
    case 'deliver':
      run.allow('deliver');
      return complete(run, 'delivered', request.key);
    case 'refund':
      return refund(run, request, besides(run, parcels));
    case 'return':
      return takeBack(run, request, besides(run, parcels));
    case 'replace':
      return parcels.replace(request);
    case 'cancel':
      return cancelOrder(run);
    case 'retry':
      if (await isToBeDone(run, 'retry', request.key)) await answerDecision(run, request.key);
      return;
    case 'resolve':
      return resolve(run, request.request, request.key);
  }
}

/** @param by the key of the request by which staff report it */
async function complete(run: OrderRun, how: 'delivered' | 'long-enough-ago', by?: string): Promise<void> {
  const { sessionId } = run;
  const asked = { sessionId, how, ...(by !== undefined && { by }) };
  const status = await run.untilDone('complete', () => database.completeOrder(asked));
  const event = deliveredInWords(how === 'delivered');
  run.setStatus(status, status === 'COMPLETED' ? event : `Now ${status}`); // a replacement may have been faster
}

/** Refunds all that is left or a part, for staff. The order continues with what is still to be shipped. */
async function refund(
  run: OrderRun,
  { key, request }: Extract<StaffRequest, { name: 'refund' }>,
  others: OtherWork,
): Promise<void> {
  // What goes back into stock with it must not be shipped meanwhile.
  await giveBackPart(run, { key, ...request }, request.restock === undefined ? { others } : {});
  await run.refresh();
}

/**
 * What goes on while a refund of a part waits for Stripe, perhaps for days: parcels and other goods are recorded, and
 * the order reads what others wrote to it.
 */
const besides = (run: OrderRun, parcels: Parcels): OtherWork => ({
  has: () =>
    run.factsMeanwhile?.refundingAll === false && (run.inbox.hasChange || run.inbox.hasRequestFor(isAboutGoods)),
  doNext: async () => {
    const { waitingFor } = run.view;
    const request = run.inbox.hasChange ? undefined : run.inbox.takeRequest(isAboutGoods);
    const message = request ? ({ kind: 'request', request } as const) : run.inbox.take();
    await run.serve(message, () => take(run, parcels, message));
    run.waits(waitingFor);
  },
});

const isAboutGoods = (request: StaffRequest): boolean =>
  request.name === 'ship' ||
  request.name === 'replace' ||
  (request.name === 'return' && request.request.refund === undefined);

/** `retry` requests a failed or refused refund again, and acknowledges any other pending decision. */
function answerDecision(run: OrderRun, by: string): Promise<void> {
  switch (run.order.pendingDecision?.step) {
    case DECISIONS.refundFailed:
      return giveBackFailed(run, by);
    case DECISIONS.refundRefused:
      return giveBackRefused(run);
    default:
      return decide(run, { by });
  }
}
