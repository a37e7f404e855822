import { notForSale } from '../../domain/differences';
import type { Db, Tx } from '../database';
import { type StaffReportAbout, writeStaffReport } from '../mails/staff-reports';
import { claimUntold, resolveDiscrepancies, writeDiscrepancies } from '../reconciliation/discrepancies';
import { PREDECESSOR } from './prices';

/** A product that Stripe refuses to sell, with its current prices at Stripe. */
export interface RefusedProduct {
  sku: string;
  stripePriceIds: string[];
}

/** Takes products off sale that Stripe refuses to sell. A worker tells staff (`writeRefusedMail`). Safe to repeat. */
export async function refuseProducts(db: Db, { skus, at }: { skus: string[]; at: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    const rows = await tx.product.updateManyAndReturn({
      where: { sku: { in: skus }, refusedAt: null },
      data: { refusedAt: at },
      select: { sku: true },
    });
    await writeDiscrepancies(tx, { foundBy: null, found: rows.map(({ sku }) => notForSale({ sku })), at });
  });
}

/**
 * Writes one mail to staff about every refused product that they have not been told of. It waits to be sent like a mail
 * that the provider refused.
 */
export async function writeRefusedMail(db: Db, mail: StaffReportAbout<string>): Promise<void> {
  const { compose, ...report } = mail;
  await db.$transaction(async (tx) => {
    const skus = await claimUntold(tx, { kind: 'not_for_sale', reportKey: mail.key, at: mail.at });
    if (skus.length > 0) await writeStaffReport(tx, { ...report, ...compose(skus), nextTryAt: mail.at });
  });
}

/** Puts products on sale again, as far as Stripe is concerned. Safe to repeat. */
export async function allowProducts(db: Db | Tx, { skus, at }: { skus: string[]; at: Date }): Promise<void> {
  if (skus.length === 0) return;
  await db.product.updateMany({ where: { sku: { in: skus }, refusedAt: { not: null } }, data: { refusedAt: null } });
  await resolveDiscrepancies(db, { kind: 'not_for_sale', references: skus, at });
}

export async function refusedProducts(db: Db): Promise<RefusedProduct[]> {
  const rows = await db.product.findMany({
    where: { refusedAt: { not: null } },
    select: { sku: true, prices: { where: { current: true }, include: PREDECESSOR } },
  });
  return rows.map(({ sku, prices }) => ({
    sku,
    stripePriceIds: [
      ...new Set(prices.flatMap(({ stripePriceId, predecessor }) => stripePriceId ?? predecessor?.stripePriceId ?? [])),
    ],
  }));
}
