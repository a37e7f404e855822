import { type Discrepancy, inWords } from './discrepancy';
import { METADATA } from './session';

interface PaidSession {
  id: string;
  metadata: Record<string, string> | null;
  payment_status: string;
  success_url: string | null;
  amount_total: number | null;
  currency: string | null;
}

/**
 * A paid session that names another installation, but leads back to our own storefront: the shop's database was
 * probably made anew, and the id with it. One difference for each such id, which staff are told of once. Null for the
 * session of a shop with a storefront of its own, which is none of our business.
 */
export function ownShopUnderAnotherId(session: PaidSession, storefront: string): Discrepancy | null {
  const { id, metadata, payment_status, success_url, amount_total, currency } = session;
  const installation = metadata?.[METADATA.installation];
  if (installation === undefined || payment_status !== 'paid' || !success_url?.startsWith(`${storefront}/`))
    return null;
  const took = `Session ${id} of our own storefront took ${inWords(amount_total ?? 0, currency)}`;
  return {
    kind: 'captured_without_order',
    reference: `installation ${installation}`,
    detail: `${took}, but names another installation (${installation}), and so do others perhaps: there are no orders for them here. If this database was made anew, see docs/operating.md.`,
    currency: currency ?? '',
    amount: amount_total ?? 0,
    toldOnce: true,
  };
}
