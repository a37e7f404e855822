import type { OrderSnapshot } from '../../domain/order-snapshot';
import type { Env } from '../../platform/env';

/** An order as its workflow gets it: as it stands, with the shop's terms. */
export interface OrderFactsNow extends OrderSnapshot {
  /** A shipped order is taken as delivered after this long. */
  autoCompleteMs: number;
}

export const withTerms = (env: Pick<Env, 'AUTO_COMPLETE_SECONDS'>, order: OrderSnapshot): OrderFactsNow => ({
  ...order,
  autoCompleteMs: env.AUTO_COMPLETE_SECONDS * 1000,
});
