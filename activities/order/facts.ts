import type { OrderSnapshot } from '../../domain/order-snapshot';
import type { Env } from '../../platform/env';
import { staffOrderUrl } from '../../platform/links';

/** An order as its workflow gets it: its current state, with the shop's terms. */
export interface OrderFactsNow extends OrderSnapshot {
  /** How long until a shipped order counts as delivered, in milliseconds. */
  autoCompleteMs: number;
  /** The order's page for staff, an absolute address; absent from what older histories hold. */
  staffUrl?: string;
}

export const withTerms = (
  env: Pick<Env, 'AUTO_COMPLETE_SECONDS' | 'ADMIN_URL'>,
  order: OrderSnapshot,
): OrderFactsNow => ({
  ...order,
  autoCompleteMs: env.AUTO_COMPLETE_SECONDS * 1000,
  staffUrl: staffOrderUrl(env, order.number),
});
