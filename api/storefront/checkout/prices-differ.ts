import { inWords } from '../../../domain/discrepancy';
import type { CheckoutRecord } from '../../../store/checkouts/checkouts';
import type { ApiDeps } from '../../deps';

/**
 * Stripe would charge another sum than the catalogue says: written down for staff, once for what was in the cart, however many shoppers try. The
 * next sweep tells them by mail, and forgets it a day after it was met last.
 */
export async function writePricesDiffer(
  { db, clock }: Pick<ApiDeps, 'db' | 'clock'>,
  row: CheckoutRecord,
  stripes: { subtotal: number; currency: string | null },
): Promise<void> {
  const at = new Date(clock.now());
  const skus = row.lines.map(({ sku }) => sku).sort();
  const ours = inWords(row.subtotal, row.currency);
  const detail =
    `Stripe asks ${inWords(stripes.subtotal, stripes.currency)} for what the catalogue sells at ${ours} ` +
    `(checkout ${row.number}). Nobody can buy it so: run stripe:setup, or correct the product.`;
  await db.$executeRaw`
    INSERT INTO discrepancies (kind, reference, detail, currency, amount, first_seen_at, last_seen_at)
    VALUES ('amount_differs', ${skus.join(',').slice(0, 500)}, ${detail}, ${row.currency}, ${stripes.subtotal - row.subtotal}, ${at}, ${at})
    ON CONFLICT (kind, reference) DO UPDATE SET
      detail = excluded.detail, amount = excluded.amount, last_seen_at = excluded.last_seen_at, resolved_at = NULL,
      first_seen_at = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.first_seen_at ELSE excluded.first_seen_at END,
      report_key = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.report_key END,
      reported_at = CASE WHEN discrepancies.resolved_at IS NULL THEN discrepancies.reported_at END`;
}
