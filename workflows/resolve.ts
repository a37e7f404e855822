import type { SessionId } from '../domain/ids';
import type { ResolvedRefund } from '../domain/refund';
import type { RefundResolution } from '../messages/order';
import { database, stripe } from './steps';

/**
 * Resolves a refund that failed or was refused, in the order's workflow or after it has ended. A refund at Stripe is
 * looked up first.
 * @param by the key of the request
 */
export function resolveRefund(
  sessionId: SessionId,
  { how, request, refundId }: RefundResolution,
  by: string,
): Promise<ResolvedRefund> {
  const named = { sessionId, by, ...(request !== undefined && { request }) };
  return refundId === undefined
    ? database.resolveRefund({ ...named, how })
    : stripe.settleByRefund.executeWithOptions({ summary: `Looks up ${refundId}` }, [{ ...named, refundId }]);
}
