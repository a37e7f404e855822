import type { SessionId } from '../../domain/ids';
import { openOrder } from '../../store/orders/open';
import type { MissingStock } from '../../store/stock/inventory';
import type { Deps } from '../deps';
import { type OrderFactsNow, withTerms } from './facts';

export type Opened =
  /** `fresh` when this call wrote it; else the run goes on from what the database says. */
  | { outcome: 'open'; fresh: boolean; order: OrderFactsNow; missing: MissingStock[] }
  /** Nothing was ever asked under this session's id: it may have been made elsewhere. */
  | { outcome: 'unknown' };

/** How an order comes into the database. */
export const opening = ({ db, clock, env }: Deps) => ({
  /**
   * Step 1: the order and its items at the price asked, always; the holds, all or nothing. Safe to repeat: a known
   * order is answered as it stands. With `hold: false` (the shopper has gone) nothing is put aside.
   */
  async openOrder({ sessionId, hold }: { sessionId: SessionId; hold: boolean }): Promise<Opened> {
    const opened = await openOrder(db, { sessionId, hold, at: new Date(clock.now()) });
    if (opened === null) return { outcome: 'unknown' };
    const { fresh, order, missing } = opened;
    return { outcome: 'open', fresh, order: withTerms(env, order), missing };
  },
});
