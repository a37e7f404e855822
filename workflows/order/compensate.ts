import { patched } from '@temporalio/workflow';
import { awaitedRefund } from '../../domain/awaited';
import { endedLostInWords, UNDONE } from '../../domain/happened';
import { MONEY_GOES_BACK } from '../../domain/obstacles';
import type { Reason } from '../../domain/order';
import { refusal } from '../refusal';
import { database, stripe } from '../steps';
import { refusedRefundMail } from '../tell';
import { forDecision } from './decide';
import type { OrderRun } from './run';
import { askedRefund } from './under-way';

/**
 * Undoes an order that cannot be delivered or is not wanted. Refunds everything that is left, once; unshipped goods
 * return to stock, and downloads are revoked. If nothing was captured, the order is only undone. A disputed charge
 * cannot be refunded: the order parks until the bank decides. Returns once Stripe has accepted the refund, or the
 * bank has rejected it at once; the order's status says which. If Stripe refuses it for good, that stands beside the
 * order, which goes on as it was.
 * @param asked who wants it; `by` is the key of staff's request, absent for a cancel that stands in the database
 */
export async function compensate(
  run: OrderRun,
  reason: Reason,
  asked: { actor: 'staff' | 'holdfast'; by?: string },
): Promise<void> {
  const { sessionId } = run;
  for (let isTold = false; ; isTold = true) {
    run.asking = askedRefund(`${sessionId}/rest`);
    run.waits(awaitedRefund(null));
    const given = await run.untilDone('refund', () =>
      stripe.refundRest.executeWithOptions({ summary: `Gives back all that is left: ${reason}` }, [
        { sessionId, reason, ...asked },
      ]),
    );
    run.asking = null;
    if (given.outcome === 'refused-by-stripe') run.mails.send(refusedRefundMail(given.since));
    if (given.outcome !== 'disputed' && given.outcome !== 'lost')
      return run.refresh(given.outcome === 'nothing-captured' ? UNDONE : undefined);
    await run.refresh();
    if (bankGaveItBack(run)) await endLost(run);
    if (run.status === 'REFUNDED') return;
    if (given.outcome === 'lost') continue; // it is won after all: the money is there again
    run.waits('the bank to decide about the dispute; then Stripe is asked for the refund');
    await forDecision(run, 'refund', 'The payment is disputed: Stripe refuses a refund while the bank decides', {
      isTold: isTold && patched(TOLD_ONCE),
    });
    await run.inbox.serveAll(() => {
      throw refusal(MONEY_GOES_BACK);
    });
  }
}

/**
 * Ends an order whose dispute is lost: the bank has paid the customer. Unshipped goods return to stock; nothing is
 * refunded.
 */
export async function endLost(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  await run.untilDone('return', () => database.endLost({ sessionId }));
  await run.refresh(endedLostInWords({ lostAmount: 0, ...run.order }));
}

/** Runs in flight have called staff at each turn of the wait, and must do so again when they are replayed. */
const TOLD_ONCE = 'disputed-refund-is-told-once';

/** Lost disputes took all that was not refunded. */
export const bankGaveItBack = ({ order: { disputed, lost } }: OrderRun): boolean => !disputed && lost;
