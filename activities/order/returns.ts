import type { SessionId } from '../../domain/ids';
import type { Refusal } from '../../domain/refundable';
import type { Condition } from '../../domain/returns';
import { recordReplacement } from '../../store/orders/replacements';
import { readActor } from '../../store/orders/request-actors';
import { recordReturn } from '../../store/orders/returns';
import type { Deps } from '../deps';

export interface ReturnInput {
  sessionId: SessionId;
  /** The key of the request, under which the database has the name of who made it. */
  key: string;
  items: { sku: string; quantity: number }[];
  condition: Condition;
  /** Without an amount: what the units cost. Absent: nothing is refunded. */
  refund?: { amount?: number };
}

export type Returned =
  /** With the request for its refund, which is still to be made. */
  | { outcome: 'recorded'; refund: { requestKey: string; amount: number } | null }
  | { outcome: 'refused'; code: Refusal['code']; reason: string };

export interface ReplacementInput {
  sessionId: SessionId;
  /** As of a return. */
  key: string;
  items: { sku: string; quantity: number; with?: string }[];
}

export type Replaced =
  | { outcome: 'recorded' }
  | { outcome: 'refused'; code: 'invalid_transition' | 'out_of_stock'; reason: string };

/** Activities that record goods that came back, or that are to be sent again. */
export const returns = ({ db, clock }: Deps) => ({
  /** Records a return, once per key: restocks the goods or writes them off, and reserves the refund that comes with. */
  async recordReturn({ refund, ...returned }: ReturnInput): Promise<Returned> {
    const actor = await readActor(db, { sessionId: returned.sessionId, by: returned.key });
    const at = new Date(clock.now());
    const recorded = await recordReturn(db, { ...returned, refund: refund ?? null, requestHash: null, actor, at });
    if (recorded.outcome === 'key-reused') throw new Error('an update has no other request under its key');
    return recorded.outcome === 'recorded' ? { outcome: 'recorded', refund: recorded.refund } : recorded;
  },

  /** Records a replacement, once per key, and takes its stock. Nothing is charged. */
  async recordReplacement(asked: ReplacementInput): Promise<Replaced> {
    const actor = await readActor(db, { sessionId: asked.sessionId, by: asked.key });
    const at = new Date(clock.now());
    const recorded = await recordReplacement(db, { ...asked, requestHash: null, actor, at });
    if (recorded.outcome === 'key-reused') throw new Error('an update has no other request under its key');
    if (recorded.outcome === 'recorded') return { outcome: 'recorded' };
    return { outcome: 'refused', code: recorded.code, reason: recorded.reason };
  },
});
