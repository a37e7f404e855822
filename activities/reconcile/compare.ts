import { type Discrepancy, inWords } from '../../domain/discrepancy';
import type { SweepWindow } from '../../domain/sweep';
import type { Tx } from '../../store/database';
import type { Deps } from '../deps';
import {
  amountsOff,
  closedWithMoney,
  disputesOff,
  missingCharges,
  missingRefunds,
  payoutsOff,
  refundSumsOff,
  refundsOff,
  type Span,
  type StrangeCharge,
  strangeCharges,
} from './differences';

/** How long a checkout's price that is not the catalogue's is shown after it was met last. */
const PRICE_FORGOTTEN = 86_400_000;

/** Stripe's balance held against the orders. */
export const books = (deps: Deps) => ({
  /**
   * Writes down what differs, each thing once; what differed before and no longer does is resolved. Answers how much is open, and how much of
   * what was found nobody has been told of.
   */
  async compareBooks({
    id,
    window,
  }: {
    id: string;
    window: SweepWindow;
  }): Promise<{ discrepancies: number; news: number }> {
    const { db, clock } = deps;
    const at = new Date(clock.now());
    const open = await db.discrepancy.findMany({ where: { resolvedAt: null, foundBy: { not: null } } });
    const span = { since: new Date(window.ledgerSince), until: new Date(window.until) };
    const found = await differences(deps, span, [...new Set(open.map(({ reference }) => reference))]);
    await db.$transaction(async (tx) => {
      await write(tx, id, at, found);
      await writeStrays(tx, id, at);
      const still = new Set(found.map(keyOf));
      for (const gone of open.filter((one) => !still.has(keyOf(one))))
        await tx.discrepancy.update({
          where: { kind_reference: { kind: gone.kind, reference: gone.reference } },
          data: { resolvedAt: at },
        });
      await tx.discrepancy.updateMany({
        where: { resolvedAt: null, foundBy: null, lastSeenAt: { lt: new Date(at.getTime() - PRICE_FORGOTTEN) } },
        data: { resolvedAt: at },
      });
    });
    return {
      discrepancies: await db.discrepancy.count({ where: { resolvedAt: null } }),
      news: await db.discrepancy.count({ where: UNTOLD }),
    };
  },
});

/** What staff have not been told of, and still stands or is told once. */
export const UNTOLD = { reportKey: null, OR: [{ resolvedAt: null }, { toldOnce: true }] };

const keyOf = ({ kind, reference }: { kind: string; reference: string }): string => `${kind}/${reference}`;

/** Everything that differs, in sentences. */
async function differences({ db }: Deps, span: Span, of: string[]): Promise<Discrepancy[]> {
  return [
    ...(await strangeCharges(db, span, of)).map(strangeCharge),
    ...(await closedWithMoney(db, span, of)).map(({ session_id, status, currency, left }) =>
      differs(
        'paid_but_closed',
        session_id,
        currency,
        left,
      )(`The order is ${status}, and ${inWords(left, currency)} of its money was neither given back nor disputed.`),
    ),
    ...(await amountsOff(db, span, of)).map(({ session_id, currency, amount, order_currency, total }) =>
      differs(
        'amount_differs',
        session_id,
        currency,
        amount - total,
      )(`${inWords(amount, currency)} was captured; the order comes to ${inWords(total, order_currency)}.`),
    ),
    ...(await disputesOff(db, span, of)).map(({ reference, currency, taken, recorded }) =>
      differs(
        'amount_differs',
        reference,
        currency,
        taken - (recorded ?? 0n),
      )(`The bank has taken ${inWords(taken, currency)} for this dispute; ${written(recorded, currency)}.`),
    ),
    ...(await refundsOff(db, span, of)).map(({ reference, currency, moved, recorded }) =>
      differs(
        'refund_differs',
        reference,
        currency,
        moved - (recorded ?? 0n),
      )(`Stripe has given back ${inWords(moved, currency)}; ${written(recorded, currency)}.`),
    ),
    ...(await missingRefunds(db, span, of)).map(({ reference, currency, amount }) =>
      differs(
        'refund_differs',
        reference,
        currency,
        -amount,
      )(`A refund of ${inWords(amount, currency)} is written down here; at Stripe it has moved nothing.`),
    ),
    ...(await refundSumsOff(db, span, of)).map(({ session_id, currency, refunded, refunds }) =>
      differs(
        'refund_differs',
        session_id,
        currency,
        refunds - refunded,
      )(
        `The order says that ${inWords(refunded, currency)} was given back; its refunds come to ${inWords(refunds, currency)}.`,
      ),
    ),
    ...(await missingCharges(db, span, of)).map(({ session_id, currency, total }) =>
      differs(
        'missing_at_stripe',
        session_id,
        currency,
        -total,
      )(`The order is paid here with ${inWords(total, currency)}; Stripe has no charge for it.`),
    ),
    ...(await payoutsOff(db)).map(({ id, currency, amount, transactions }) =>
      differs(
        'payout_differs',
        id,
        currency,
        amount - transactions,
      )(`${inWords(amount, currency)} was paid out; its transactions come to ${inWords(transactions, currency)}.`),
    ),
  ];
}

const differs =
  (kind: Discrepancy['kind'], reference: string, currency: string, amount: bigint, toldOnce = false) =>
  (detail: string): Discrepancy => ({ kind, reference, detail, currency, amount, toldOnce });

/** A charge that Stripe knows no session for was made elsewhere, and is nobody's here: told of once. */
function strangeCharge({ id, charge, session_id, ordered, currency, amount }: StrangeCharge): Discrepancy {
  const captured = inWords(amount, currency);
  const reference = session_id ?? charge ?? id;
  const found = differs('captured_without_order', reference, currency, amount, session_id === null);
  if (session_id === null)
    return found(`${captured} was captured outside of any checkout. It is left out of the sums.`);
  return found(
    ordered
      ? `${captured} was captured, and the order of that session does not know of it.`
      : `${captured} was captured, and there is no order for that session.`,
  );
}

const written = (amount: bigint | null, currency: string): string =>
  amount === null ? 'it is not known here' : `here it counts for ${inWords(amount, currency)}`;

/** One that was resolved and is back is new again; what is told once stays as it is. */
async function write(tx: Tx, id: string, at: Date, found: Discrepancy[]): Promise<void> {
  if (found.length === 0) return;
  const rows = found.map(({ amount, toldOnce, ...one }) => ({
    ...one,
    amount: amount?.toString() ?? null,
    told_once: toldOnce,
  }));
  await tx.$executeRaw`
    INSERT INTO discrepancies (kind, reference, detail, currency, amount, told_once, found_by, first_seen_at, last_seen_at, resolved_at)
    SELECT DISTINCT ON (kind, reference) kind, reference, detail, currency, amount, told_once, ${id}::uuid, ${at}, ${at},
      CASE WHEN told_once THEN ${at}::timestamptz END
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS f(kind text, reference text, detail text, currency text, amount bigint, told_once boolean)
    ON CONFLICT (kind, reference) DO UPDATE SET
      detail = excluded.detail, currency = excluded.currency, amount = excluded.amount, last_seen_at = excluded.last_seen_at,
      told_once = excluded.told_once, resolved_at = excluded.resolved_at,
      found_by = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.found_by ELSE excluded.found_by END,
      first_seen_at = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.first_seen_at ELSE excluded.first_seen_at END,
      report_key = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.report_key END,
      reported_at = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.reported_at END
    WHERE NOT discrepancies.told_once`;
}

/** Complete sessions that are known not to be ours: each is told of once. */
async function writeStrays(tx: Tx, id: string, at: Date): Promise<void> {
  const strays = await tx.straySession.findMany({ where: { reportedAt: null } });
  await write(
    tx,
    id,
    at,
    strays.map(({ sessionId, amount, currency, reason }) =>
      differs(
        'captured_without_order',
        sessionId,
        currency ?? '',
        amount ?? 0n,
        true,
      )(`A session made elsewhere took ${inWords(amount ?? 0n, currency)}: ${reason}. It is left out of the sums.`),
    ),
  );
  const told = { sessionId: { in: strays.map(({ sessionId }) => sessionId) } };
  await tx.straySession.updateMany({ where: told, data: { reportedAt: at } });
}
