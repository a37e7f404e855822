import type { SessionId } from '../../domain/ids';
import { REQUESTED } from '../../domain/order-money';
import type { OpenRefund } from '../../domain/order-snapshot';
import { staffRefundKey } from '../../domain/refund';
import type { StaffRequest } from './inbox';

/** What a run was asked for and has not finished: the order as it was last read does not tell of it. */
export interface UnderWay {
  /** Refunds that Stripe has not answered. */
  refunds: readonly OpenRefund[];
  /** What staff decided, with `retry` or `resolve`, is being carried out. */
  deciding: boolean;
}

export const NOTHING_UNDER_WAY: UnderWay = { refunds: [], deciding: false };

/**
 * @param unanswered requests by staff
 * @param asking the refund that Stripe is being asked for, whoever wanted it; null if none
 */
export function underWayOf(
  sessionId: SessionId,
  unanswered: readonly StaffRequest[],
  asking: OpenRefund | null,
): UnderWay {
  const wanted = unanswered.flatMap((one) =>
    one.name === 'refund' ? [askedRefund(staffRefundKey(sessionId, one.key), one.request.amount)] : [],
  );
  return {
    refunds: withAsked(wanted, asking === null ? [] : [asking]),
    deciding: unanswered.some(({ name }) => name === 'retry' || name === 'resolve'),
  };
}

/** @param amount absent: all that is left */
export const askedRefund = (key: string, amount?: number): OpenRefund => ({
  ...{ key, id: null, amount: amount ?? null, status: REQUESTED },
});

/** The refunds of an order as last read, and those that are being asked for. Each stands there once. */
export function withAsked(known: readonly OpenRefund[], asked: readonly OpenRefund[]): OpenRefund[] {
  const others = known.filter(({ key }) => key === undefined || asked.every((one) => one.key !== key));
  const isForAll = others.some(({ status, amount }) => status === REQUESTED && amount === null);
  return [...others, ...asked.filter(({ amount }) => amount !== null || !isForAll)];
}
