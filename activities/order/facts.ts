import type { OrderSnapshot } from '../../domain/order-snapshot';
import { staffOrderUrl } from '../../platform/links';
import type { Deps } from '../deps';

/** An order as its workflow gets it: its current state, with the shop's terms. */
export interface OrderFactsNow extends OrderSnapshot {
  /** How long until a shipped order counts as delivered, in milliseconds. */
  autoCompleteMs: number;
  /** The order's page for staff, an absolute address; absent from what older histories hold. */
  staffUrl?: string;
  /** Where the Temporal UI is; absent also where that is not configured. */
  temporalUi?: string;
}

export const withTerms = (
  { env, temporalUi }: Pick<Deps, 'env' | 'temporalUi'>,
  order: OrderSnapshot,
): OrderFactsNow => ({
  ...order,
  autoCompleteMs: env.AUTO_COMPLETE_SECONDS * 1000,
  staffUrl: staffOrderUrl(env, order.number),
  ...(temporalUi && { temporalUi: temporalUi.url }),
});
