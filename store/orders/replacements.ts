import { randomUUID } from 'node:crypto';
import { whyNot } from '../../domain/actions';
import type { SoldBundle } from '../../domain/bundle';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { isAllLost } from '../../domain/order-money';
import {
  planReplacement,
  type ReplacedLine,
  type ReplacementPlan,
  replacedInWords,
  type Substitute,
} from '../../domain/replacements';
import { PREDECESSOR, toSuccessor } from '../catalogue/prices';
import { isErased } from '../customers/erased';
import type { Db, Tx } from '../database';
import { inventory, type MissingStock } from '../stock/inventory';
import { changeOrder, isCancelling, type LockedOrder, lockKnownOrder, moneyOf } from './records';
import { refundedUnits } from './returns';

export interface NewReplacement {
  sessionId: SessionId;
  /** Identifies a repeat, as of a return. */
  key: string;
  requestHash: string | null;
  items: ReplacedLine[];
  /** Free text by staff, for the timeline. */
  remark?: string | undefined;
  /** The name of who asks for it. */
  actor: string;
  at: Date;
}

export type RecordedReplacement =
  /** Now or before. `status`: the order's, once it was recorded. */
  | { outcome: 'recorded'; id: string; status: OrderStatus }
  /** The key was used for another replacement. */
  | { outcome: 'key-reused' }
  /** Nothing is recorded. */
  | { outcome: 'refused'; code: 'invalid_transition'; reason: string }
  | { outcome: 'refused'; code: 'out_of_stock'; reason: string; missing: MissingStock[] };

/**
 * Records goods that are to be sent again, once per key, under the order's lock: changes the lines, takes the stock,
 * and has the order shipped again. Throws if there is no such order.
 */
export async function recordReplacement(db: Db, asked: NewReplacement): Promise<RecordedReplacement> {
  const { sessionId, key, requestHash, items, actor, remark, at } = asked;
  return db.$transaction(async (tx): Promise<RecordedReplacement> => {
    const order = await lockKnownOrder(tx, sessionId);
    const known = await tx.replacement.findUnique({ where: { sessionId_key: { sessionId, key } } });
    if (known)
      return requestHash === null || known.requestHash === requestHash
        ? { outcome: 'recorded', id: known.id, status: order.status }
        : { outcome: 'key-reused' };
    const facts = { ...factsOf(order), erased: await isErased(tx, sessionId) };
    const plan = whyNot('replace', facts) ?? (await planOf(tx, order, items));
    if (typeof plan === 'string') return { outcome: 'refused', code: 'invalid_transition', reason: plan };
    const id = randomUUID();
    const moved = { back: plan.back, take: plan.take, key: `replacement/${id}`, actor, at };
    const missing = await inventory.exchange(tx, sessionId, moved);
    if (missing.length > 0) return { outcome: 'refused', code: 'out_of_stock', reason: inWords(missing), missing };
    await writeLines(tx, order, plan);
    const data = { id, sessionId, key, requestHash, actor, at, items: items.map(withoutAbsent) };
    await tx.replacement.create({ data });
    const event = { type: 'replaced', message: replacedInWords(items), actor, key: `replaced/${id}` };
    const change = { status: 'PREPARING' as const, shippedAt: null };
    await changeOrder(tx, order, at, change, { ...event, ...(remark !== undefined && { note: remark }) });
    return { outcome: 'recorded', id, status: 'PREPARING' };
  });
}

const factsOf = (order: LockedOrder) => ({
  ...{ status: order.status, stock: order.stock, disputed: order.disputed },
  ...{ cancelling: isCancelling(order), lost: isAllLost(moneyOf(order)) },
});

async function planOf(tx: Tx, order: LockedOrder, lines: ReplacedLine[]): Promise<ReplacementPlan | string> {
  const inBundles = new Set((order.bundles as SoldBundle[]).flatMap(({ contents }) => contents.map(({ sku }) => sku)));
  // And what was sent in place of that has a part of the bundle's price, too.
  const earlier = await tx.replacement.findMany({ where: { sessionId: order.sessionId }, orderBy: { at: 'asc' } });
  for (const { sku, with: other } of earlier.flatMap(({ items }) => items as unknown as ReplacedLine[]))
    if (other !== undefined && inBundles.has(sku)) inBundles.add(other);
  const skus = lines.flatMap(({ sku, with: other }) => (other === undefined ? [] : [sku, other]));
  const products = await findSubstitutes(tx, { skus, currency: order.currency });
  const items = order.items.map(({ unitAmount, total, ...item }) => ({
    ...item,
    ...{ unitAmount: Number(unitAmount), total: Number(total) },
    ...(inBundles.has(item.sku) && { alone: products.get(item.sku)?.price ?? null }),
  }));
  return planReplacement(
    { items, currency: order.currency },
    lines,
    products,
    await refundedUnits(tx, order.sessionId as SessionId),
  );
}

/** The products with these SKUs, with what one of each costs today. */
async function findSubstitutes(
  tx: Tx,
  { skus, currency }: { skus: string[]; currency: string },
): Promise<Map<string, Substitute>> {
  if (skus.length === 0) return new Map();
  const rows = await tx.product.findMany({
    where: { sku: { in: skus } },
    select: {
      ...{ sku: true, name: true, kind: true, _count: { select: { contents: true } } },
      prices: { where: { currency, current: true }, include: PREDECESSOR },
    },
  });
  return new Map(
    rows.map(({ sku, name, kind, prices, _count: { contents } }) => {
      const now = prices.map(toSuccessor).map((price) => price.predecessor ?? price);
      const sold = now.find(({ minimum }) => minimum === null);
      return [
        sku,
        {
          ...{ name, kind, price: sold?.amount ?? null, isBundle: contents > 0 },
          isDraft: sold?.stripePriceId === null,
        },
      ];
    }),
  );
}

/** Writes the lines that change. One that owes nothing any more is gone; one that is new stands last. */
async function writeLines(tx: Tx, { sessionId, items }: LockedOrder, { lines }: ReplacementPlan): Promise<void> {
  let position = Math.max(...items.map((item) => item.position));
  for (const { sku, name, kind, unitAmount, ...line } of lines) {
    const where = { sessionId_sku: { sessionId, sku } };
    const { quantity, total, shipped, restocked, returned, replaced } = line;
    if (quantity + replaced === 0) await tx.orderItem.delete({ where });
    else if (items.some((item) => item.sku === sku))
      await tx.orderItem.update({ where, data: { quantity, total, restocked, returned, replaced } });
    else
      await tx.orderItem.create({
        data: {
          ...{ sessionId, sku, name, kind, unitAmount, position: ++position },
          ...{ quantity, total, shipped, restocked, returned, replaced },
        },
      });
  }
}

const withoutAbsent = ({ sku, quantity, with: other }: ReplacedLine) => ({
  ...{ sku, quantity },
  ...(other !== undefined && { with: other }),
});

const inWords = (missing: MissingStock[]): string =>
  missing.map(({ sku, requested, available }) => `${sku}: ${available} in stock, ${requested} asked`).join('; ');
