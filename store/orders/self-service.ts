import type { ActionFacts } from '../../domain/action-facts';
import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import type { ParcelLine } from '../../domain/parcel';
import { type FollowedReturn, returnable } from '../../domain/return-requests';
import { isLate, offersWithdrawal, periodEnd } from '../../domain/withdrawal';
import { toInvoice } from '../customers/invoice';
import type { Db } from '../database';
import { shopperFacts } from './cancel';
import { DELIVERED } from './downloads';
import { IN_TIME, type ReturnRequestView, returnRequestsOf } from './return-requests';

/** What the shopper may do with an order by themselves, and see of it besides what everyone may. */
export interface SelfService {
  /** Of the checkout. */
  locale: string | null;
  /** They decide whether the shopper may cancel. */
  facts: ActionFacts;
  withdrawal: { at: Date; undone: boolean } | null;
  mayWithdraw: boolean;
  /** The end of the withdrawal period; null while something is still to be delivered. */
  withdrawUntil: Date | null;
  /** That period is over: staff decide about a statement. */
  late: boolean;
  /** What they may ask to return; empty if nothing. */
  returnable: ParcelLine[];
  /** What they have asked to return, oldest first. */
  returnRequests: FollowedReturn<ReturnRequestView>[];
  /** The names of the downloads that have begun, and of what has licence keys: they are exempt. */
  begun: string[];
  /** Stripe's page with the invoice, which names the customer; null if none is kept. */
  invoiceUrl: string | null;
}

/**
 * Reads what the shopper of a known order may do now.
 * @param arrivesWithin milliseconds after which a parcel that nobody reported delivered counts as delivered
 */
export async function readSelfService(
  db: Db,
  { sessionId, now, arrivesWithin }: { sessionId: SessionId; now: number; arrivesWithin: number },
): Promise<SelfService> {
  const order = await db.order.findUniqueOrThrow({
    where: { sessionId },
    include: {
      items: { orderBy: { position: 'asc' } },
      shipments: true,
      grants: { where: DELIVERED },
      withdrawal: true,
      customer: { select: { invoice: true, erasedAt: true } },
      returns: { orderBy: [...IN_TIME] },
      returnRequests: { orderBy: [...IN_TIME] },
    },
  });
  const { withdrawal, items, grants, customer } = order;
  const end = periodEnd(order, arrivesWithin);
  const begun = new Set(grants.map(({ sku }) => sku));
  const returnRequests = returnRequestsOf(order);
  const left = returnable(items, returnRequests);
  const { status, withdrawn } = order;
  const erased = customer?.erasedAt != null;
  const mayAsk = whyNot('ask to return as the shopper', { status, withdrawn, erased, nothingToAsk: left.length === 0 });
  return {
    locale: order.locale,
    facts: shopperFacts(order, grants.length > 0),
    withdrawal,
    mayWithdraw: withdrawal === null && offersWithdrawal(order, end, now),
    withdrawUntil: end,
    late: isLate(end, new Date(now)),
    returnable: mayAsk === null ? left : [],
    returnRequests,
    begun: items.filter(({ sku }) => begun.has(sku)).map(({ name }) => name),
    invoiceUrl: toInvoice(customer?.invoice ?? null)?.url ?? null,
  };
}
