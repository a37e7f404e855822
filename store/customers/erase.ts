import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { refundableOf } from '../../domain/order-money';
import { openFailures, openRefusals, type Refund } from '../../domain/refund';
import { Prisma } from '../../prisma/generated/client';
import { forgetRequests } from '../checkouts/checkouts';
import type { Db, Tx } from '../database';
import { forgetMails } from '../mails/given-up';
import { changeOrder, forgetNotes, lockKnownOrder, moneyOf } from '../orders/records';
import { forgetReturnRequests } from '../orders/return-requests';
import { forgetWithdrawal } from '../orders/withdrawals';
import { refundsOf } from '../refunds/rows';
import { forgetKeys } from '../stock/keys';
import { forgetStockRequests } from '../stock/requests';

/**
 * Removes the personal data of a final order for good, all or nothing, under the order's lock, so that nothing is
 * written about the customer meanwhile. What was bought and paid stays. Safe to repeat.
 * @returns why it cannot be done now, in words; null if it was done
 */
export async function eraseCustomer(
  db: Db,
  { sessionId, actor, at }: { sessionId: SessionId; actor: string; at: Date },
): Promise<string | null> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const refundOpen = isRefundOpen(await refundsOf(tx, sessionId), refundableOf(moneyOf(order)));
    const refusal = whyNot('erase', { status: order.status, disputed: order.disputed, refundOpen });
    if (refusal !== null) return refusal;
    const { email = null } = (await tx.customer.findUnique({ where: { sessionId } })) ?? {};
    if (email !== null) await forgetStockRequests(tx, { email });
    await forgetCustomer(tx, sessionId, at);
    await forgetMails(tx, sessionId);
    await forgetRequests(tx, sessionId);
    await forgetNotes(tx, sessionId);
    await forgetWithdrawal(tx, sessionId);
    await forgetReturnRequests(tx, sessionId);
    await forgetKeys(tx, { sessionId });
    await changeOrder(
      tx,
      order,
      at,
      { voucher: Prisma.DbNull },
      { type: 'erased', message: 'Erased the personal data', actor },
    );
    return null;
  });
}

/**
 * Whether a refund is not over yet, or did not go through and staff have not decided what follows: the customer is
 * still to hear of it.
 */
const isRefundOpen = (refunds: Refund[], refundable: number): boolean =>
  refunds.some(({ status }) => UNSETTLED.has(status)) ||
  openFailures(refunds, refundable).length > 0 ||
  openRefusals(refunds, refundable).length > 0;

/** The statuses of a refund that Stripe has not answered or not settled. */
const UNSETTLED: ReadonlySet<string> = new Set(['requested', 'pending', 'requires_action']);

/**
 * Erases the customer's row but keeps it, marked as erased, so that a later read from Stripe writes nothing there. A
 * trigger erases the evidence of disputes with it.
 */
async function forgetCustomer(tx: Tx, sessionId: SessionId, at: Date): Promise<void> {
  await tx.$executeRaw`INSERT INTO customers (session_id, erased_at) VALUES (${sessionId}, ${at})
    ON CONFLICT (session_id) DO UPDATE SET email = NULL, name = NULL, address = NULL, user_id = NULL, invoice = NULL,
      email_by_staff = false, address_by_staff = false, erased_at = coalesce(customers.erased_at, excluded.erased_at)`;
}
