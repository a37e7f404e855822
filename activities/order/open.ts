import type { SessionId } from '../../domain/ids';
import type { Opener } from '../../messages/order';
import { readOwedMails } from '../../store/mails/owed';
import { openOrder } from '../../store/orders/open';
import type { MissingStock } from '../../store/stock/inventory';
import type { Deps } from '../deps';
import type { MailRequest } from '../mail/request';
import { type OrderFactsNow, withTerms } from './facts';

export type Opened =
  /**
   * `fresh` if this call wrote the order; otherwise the run continues from what the database says, and `owes` are the
   * mails that an earlier run did not send.
   */
  | { outcome: 'open'; fresh: boolean; order: OrderFactsNow; missing: MissingStock[]; owes?: MailRequest[] }
  /** The session has no checkout here: it may have been made elsewhere. */
  | { outcome: 'unknown' };

interface OpenRequest {
  sessionId: SessionId;
  hold: boolean;
  /** Absent: a checkout opens it. */
  openedBy?: Opener;
}

/** The activity that opens an order. */
export const opening = ({ db, clock, ...terms }: Deps) => ({
  /**
   * Step 1: always writes the order and its items at the requested prices, and holds the stock, all or nothing. Safe to
   * repeat: a known order is returned as it is. With `hold: false` (the shopper has left), nothing is held.
   */
  async openOrder({ sessionId, hold, openedBy }: OpenRequest): Promise<Opened> {
    const opened = await openOrder(db, { sessionId, hold, openedBy, at: new Date(clock.now()) });
    if (opened === null) return { outcome: 'unknown' };
    const { fresh, order, missing } = opened;
    const owed = fresh ? [] : await readOwedMails(db, [sessionId]);
    const owes = owed.map(({ template, ref }) => ({ template, ...(ref !== null && { ref }) }));
    return { outcome: 'open', fresh, order: withTerms(terms, order), missing, ...(owes.length > 0 && { owes }) };
  },
});
