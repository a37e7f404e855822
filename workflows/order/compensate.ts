import { DECISIONS, type Reason } from '../../domain/order';
import { database, stripe } from '../steps';
import type { OrderRun } from './run';

/**
 * The goods cannot be had, or are not wanted: gives back all that is left of the order's money, once, and takes back what was delivered with it
 * (unshipped goods return to stock, downloads are revoked). Where nothing was captured the order is undone. A disputed charge cannot be refunded:
 * the bank decides, and staff are called. Comes back when Stripe has taken the refund, or the bank has refused it at once: the order says which.
 */
export async function compensate(run: OrderRun, reason: Reason, actor: 'staff' | 'holdfast'): Promise<void> {
  const { sessionId } = run;
  run.waits('the refund to be taken by Stripe');
  for (;;) {
    const given = await run.untilDone('refund', () =>
      stripe.refundRest.executeWithOptions({ summary: `Gives back all that is left: ${reason}` }, [
        { sessionId, reason, actor },
      ]),
    );
    if (given.outcome !== 'disputed') {
      const event = given.outcome === 'refunded' ? `Gave back all that was left: ${reason}` : UNDONE;
      return run.refresh(event);
    }
    await run.refresh();
    if (bankGaveItBack(run)) return endLost(run, 'Nothing to give back: the bank did, after a lost dispute');
    await run.forDecision('refund', 'The payment is disputed: Stripe refuses a refund while the bank decides');
    await run.inbox.refuseAll(MONEY_GOES_BACK);
  }
}

/** A lost dispute: the buyer has the money from the bank. What is unshipped returns to the shelf, and Stripe is asked for nothing. */
export async function endLost(run: OrderRun, event: string): Promise<void> {
  const { sessionId } = run;
  await run.untilDone('return', () => database.endLost({ sessionId }));
  await run.refresh(event);
}

const bankGaveItBack = ({ order: { pendingDecision, disputed, lost } }: OrderRun): boolean =>
  pendingDecision?.step === DECISIONS.disputeLost || (!disputed && lost === true);

const UNDONE = 'Undone; no money was taken';
const MONEY_GOES_BACK = 'All of the money is to be given back, and waits for the bank to decide about the dispute';
