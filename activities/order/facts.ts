import type { OrderSnapshot } from '../../domain/order-snapshot';
import type { Env } from '../../platform/env';

/** An order as its workflow gets it: its current state, with the shop's terms. */
export interface OrderFactsNow extends OrderSnapshot {
  /** How long until a shipped order counts as delivered, in milliseconds. */
  autoCompleteMs: number;
}

export const withTerms = (env: Pick<Env, 'AUTO_COMPLETE_SECONDS'>, order: OrderSnapshot): OrderFactsNow => ({
  ...order,
  autoCompleteMs: env.AUTO_COMPLETE_SECONDS * 1000,
});
