import type { Db } from '../database';
import { type StaffReportAbout, writeStaffReport } from '../mails/staff-reports';

/** A product of which fewer are on hand than staff want. */
export interface LowStock {
  sku: string;
  name: string;
  onHand: number;
  /** Staff are told when fewer than this are on hand. */
  below: number;
}

/** Sets below how many units on hand staff are told of a product; null: they are not. */
export async function setWarning(db: Db, { sku, below }: { sku: string; below: number | null }): Promise<void> {
  if (below === null) await db.stockWarning.deleteMany({ where: { sku } });
  else await db.stockWarning.upsert({ where: { sku }, create: { sku, below, toldAt: null }, update: { below } });
}

/**
 * Writes one mail to staff about every product that has fallen below its threshold since they were told last. A product
 * that is restored to it can fall again. Units that unpaid orders hold are on hand: who gives a cart up moves nothing.
 * The mail waits to be sent like one that the provider refused.
 */
export async function writeLowStockMail(db: Db, { compose, ...report }: StaffReportAbout<LowStock>): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`
      UPDATE stock_warnings w SET told_at = NULL FROM stock_levels s
      WHERE s.sku = w.sku AND w.told_at IS NOT NULL AND s.on_hand >= w.below`;
    const low = await tx.$queryRaw<LowStock[]>`
      UPDATE stock_warnings w SET told_at = ${report.at} FROM stock_levels s JOIN products p ON p.sku = s.sku
      WHERE s.sku = w.sku AND w.told_at IS NULL AND s.on_hand < w.below AND p.active
      RETURNING w.sku, p.name, s.on_hand AS "onHand", w.below`;
    const sorted = low.toSorted((one, other) => (one.sku < other.sku ? -1 : 1));
    if (low.length > 0) await writeStaffReport(tx, { ...report, ...compose(sorted), nextTryAt: report.at });
  });
}

/** How many products on sale have fallen below their threshold. */
export async function countLowStock(db: Db): Promise<number> {
  const [{ count }] = await db.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM stock_warnings w JOIN stock_levels s ON s.sku = w.sku JOIN products p ON p.sku = w.sku
    WHERE s.on_hand < w.below AND p.active`;
  return count;
}
