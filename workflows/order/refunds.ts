import type { RefundPartInput } from '../../activities/refund/refunds';
import { awaitedRefund } from '../../domain/awaited';
import { staffRefundKey } from '../../domain/refund';
import { partInWords } from '../../domain/refund-words';
import { INVALID_TRANSITION } from '../../messages/refusals';
import type { OtherWork } from '../meanwhile';
import { refusal } from '../refusal';
import { database, stripe } from '../steps';
import { refusedRefundMail } from '../tell';
import { compensate } from './compensate';
import { decide } from './decide';
import type { OrderRun } from './run';
import { askedRefund } from './under-way';

/**
 * Requests a partial refund at Stripe, once per key. The rules are checked under the order's lock. If Stripe refuses it
 * for good, that stands beside the order, which goes on.
 * @param why for the name of the step in the Temporal UI
 * @param others what can be done while Stripe, or the account there, is not available
 * @throws the refusal by a rule
 */
export async function giveBackPart(
  run: OrderRun,
  part: Omit<RefundPartInput, 'sessionId' | 'actor'>,
  { why = '', others }: { why?: string; others?: OtherWork | undefined } = {},
): Promise<void> {
  const { sessionId, currency } = run;
  const { amount } = part;
  const summary = `Gives back ${partInWords(amount, currency)}${why}`;
  run.asking = askedRefund(staffRefundKey(sessionId, part.key), amount);
  run.waits(awaitedRefund(amount === undefined || currency === null ? null : { amount, currency }));
  const given = await run.untilDone(
    'refund',
    () => stripe.refundPart.executeWithOptions({ summary }, [{ sessionId, ...part, actor: 'staff' }]),
    others,
  );
  run.asking = null;
  if (given.outcome === 'refused-by-stripe') run.mails.send(refusedRefundMail(given.since));
  if (given.outcome === 'refused')
    throw refusal(given.reason, given.code === 'disputed' ? INVALID_TRANSITION : given.code);
}

/**
 * Requests the refund again that failed last. That answers the decision about it.
 * @param by the key of staff's request
 */
export async function giveBackFailed(run: OrderRun, by: string): Promise<void> {
  const { sessionId } = run;
  const failed = await run.untilDone('read', () => database.failedRefund({ sessionId }));
  if (failed?.all) return compensate(run, failed.reason, { actor: 'staff', by });
  if (failed) {
    const { key, amount, reason } = failed;
    await giveBackPart(run, { key, by, amount, reason }, { why: ' again' });
  }
  await decide(run, { by });
}

/** Requests every refund again that Stripe refuses. What it still refuses stays to be decided. */
export async function giveBackRefused(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  for (const refused of await run.untilDone('read', () => database.refusedRefunds({ sessionId }))) {
    if (refused.all) await compensate(run, refused.reason, { actor: refused.actor });
    else await giveBackPart(run, { key: refused.key, ...refused.request }, { why: ' again' });
  }
  await run.refresh();
}
