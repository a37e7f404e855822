import type { SessionId } from '../../../domain/ids';
import { isPossible, stepOf } from '../../../domain/money';
import { Problem } from '../../../domain/problem';
import { readPayment } from '../../../store/orders/payment-of';
import type { ApiDeps } from '../../deps';

/**
 * Refuses an amount that the order's currency cannot have.
 * @param path where the amount stands in the request
 * @throws 400 `invalid_request`
 */
export async function refuseImpossible(
  { db }: Pick<ApiDeps, 'db'>,
  sessionId: SessionId,
  { amount, path }: { amount: number | undefined; path: string },
): Promise<void> {
  if (amount === undefined) return;
  const { currency } = await readPayment(db, sessionId);
  if (isPossible({ amount, currency })) return;
  const message = `must be a multiple of ${stepOf(currency)} in ${currency}`;
  throw new Problem('invalid_request', `${path} ${message}.`, { errors: [{ path, message }] });
}
