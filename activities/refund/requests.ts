import { type RefundId, refundId, type SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import {
  isReversed,
  type RefundSoFar,
  type Refusal,
  type RestockLine,
  retriedBy,
  whyNotRefund,
} from '../../domain/refund';
import type { Prisma, Refund } from '../../prisma/generated/client';
import { type LockedOrder, lockKnownOrder } from '../../store/orders/records';
import type { Deps } from '../deps';
import { linesOf } from './records';
import type { AskedRefund } from './stripe-refunds';

/** A refund as staff ask for it. */
export interface Question {
  sessionId: SessionId;
  key: string;
  amount?: number;
  reason: Reason;
  restock?: RestockLine[];
  actor: string;
}

/** A row that is written, and that Stripe is to be asked for. */
export interface AskedRow extends AskedRefund {
  stripeId: string | null;
  /** An earlier try may have asked Stripe already. */
  inDoubt: boolean;
}

/** The key of the row of a staff request, from the request's own. */
export const partKey = (sessionId: SessionId, key: string): string => `${sessionId}/staff/${key}`;

type WrittenRest =
  | { outcome: 'nothing-captured' }
  | { outcome: 'disputed' }
  /** All of it is given back, or being given back. */
  | { outcome: 'given'; refundId: RefundId | null }
  | { outcome: 'to-ask'; asked: AskedRow };

type WrittenPart = { outcome: 'to-ask'; asked: AskedRow } | ({ outcome: 'refused' } & Refusal);

/** What is written down before Stripe is asked for money back: each under the order's row lock, so that no two speak for the same money. */
export const refundRequests = ({ db, clock }: Pick<Deps, 'db' | 'clock'>) => ({
  /**
   * The row of the refund that is to empty an order: the one whose answer is not known yet, which is then in doubt, or a new attempt when what
   * was given back by the last is not, or no longer, everything.
   */
  async writeRest(sessionId: SessionId, reason: Reason, actor: string): Promise<WrittenRest> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx): Promise<WrittenRest> => {
      const order = await lockKnownOrder(tx, sessionId);
      const { paymentIntentId } = order;
      if (paymentIntentId === null || order.total === 0n) return { outcome: 'nothing-captured' };
      const last = await tx.refund.findFirst({
        where: { sessionId, key: { startsWith: `${sessionId}/rest/` } },
        orderBy: { attempt: 'desc' },
      });
      if (last?.stripeId === null) {
        if (order.disputed) return { outcome: 'disputed' };
        const asked = await tx.refund.update({ where: { key: last.key }, data: { ...REQUESTED, updatedAt: at } });
        return { outcome: 'to-ask', asked: { ...toAsk(asked, paymentIntentId), inDoubt: true } };
      }
      if (order.refunded >= order.total) {
        const lastId = last && !isReversed(last.status) ? refundId(last.stripeId as string) : null;
        return { outcome: 'given', refundId: lastId };
      }
      if (order.disputed) return { outcome: 'disputed' };
      const attempt = (last?.attempt ?? 0) + 1;
      const key = `${sessionId}/rest/${attempt}`;
      const retryOf = last && isReversed(last.status) ? last.stripeId : null;
      const asked = await tx.refund.create({
        data: { ...rowOf(order, { key, reason, actor }, at), origin: 'COMPENSATION', attempt, retryOf },
      });
      return { outcome: 'to-ask', asked: { ...toAsk(asked, paymentIntentId), inDoubt: false } };
    });
  },

  /** The row of a staff request, where Stripe may have been asked for it before. */
  async readPart({ sessionId, key }: Question): Promise<AskedRow | null> {
    const row = await db.refund.findUnique({
      where: { key: partKey(sessionId, key) },
      include: { order: { select: { paymentIntentId: true } } },
    });
    if (row === null || row.order.paymentIntentId === null || isRemembered(row)) return null;
    return { ...toAsk(row, row.order.paymentIntentId), inDoubt: row.attempt > 0 };
  },

  /** Speaks for what staff ask for, or says, for good, why it cannot be had. */
  async writePart(question: Question): Promise<WrittenPart> {
    const { sessionId, amount, restock } = question;
    const at = new Date(clock.now());
    const key = partKey(sessionId, question.key);
    return db.$transaction(async (tx): Promise<WrittenPart> => {
      const order = await lockKnownOrder(tx, sessionId);
      const all = await tx.refund.findMany({ where: { sessionId } });
      const own = all.find((row) => row.key === key);
      if (own && isRemembered(own)) return { outcome: 'refused', ...refusalOf(own) };
      const others = all.filter((row) => row !== own).map(soFar);
      const why = whyNotRefund({ ...order, sold: SOLD.has(order.stock) }, others, question);
      const data = {
        ...rowOf(order, { ...question, key }, at),
        ...{ ...asJson(restock), amount: amount ?? null },
        ...{ origin: 'STAFF' as const, requestKey: question.key, retryOf: retriedBy(question.key) },
      };
      const asked = await tx.refund.upsert({
        where: { key },
        create: { ...data, attempt: 1, ...(why && refusedAs(why)) },
        update: { ...REQUESTED, attempt: 1, updatedAt: at, ...(why && refusedAs(why)) },
      });
      if (why) return { outcome: 'refused', ...why };
      return { outcome: 'to-ask', asked: { ...toAsk(asked, order.paymentIntentId as string), inDoubt: false } };
    });
  },

  /** Nothing came of a request, and Stripe says so: its money is free for others again. */
  async refuse(key: string, why: Refusal): Promise<{ outcome: 'refused' } & Refusal> {
    await db.refund.updateMany({
      where: { key, status: 'requested' },
      data: { ...refusedAs(why), updatedAt: new Date(clock.now()) },
    });
    return { outcome: 'refused', ...why };
  },
});

/** Goods of these orders have left the shelf. */
const SOLD: ReadonlySet<string> = new Set(['COMMITTED', 'RETURNED']);

const REQUESTED = { status: 'requested', refusal: null, refusalReason: null };

/** A refusal is the answer to an Idempotency-Key for good; a failed refund that is asked for anew may be had another day. */
const isRemembered = ({ refusal, requestHash }: Refund): boolean => refusal !== null && requestHash !== null;

const rowOf = (
  { sessionId, currency }: LockedOrder,
  { key, reason, actor }: { key: string; reason: Reason; actor: string },
  at: Date,
) => ({ key, sessionId, currency, status: 'requested', reason, actor, createdAt: at, updatedAt: at });

const asJson = (restock: RestockLine[] | undefined) =>
  restock ? { restock: restock as unknown as Prisma.InputJsonArray } : {};

const toAsk = ({ key, stripeId, amount }: Refund, paymentIntentId: string) => ({
  key,
  stripeId,
  paymentIntentId,
  amount: amount === null ? null : Number(amount),
});

const soFar = ({ status, amount, attempt, restock }: Refund): RefundSoFar => ({
  status,
  amount,
  attempt,
  restock: linesOf(restock),
});

const refusedAs = ({ code, reason }: Refusal) => ({ status: 'refused', refusal: code, refusalReason: reason });

const refusalOf = ({ refusal, refusalReason }: Refund): Refusal => ({
  code: refusal as Refusal['code'],
  reason: refusalReason ?? '',
});
