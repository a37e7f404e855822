import type { SessionId } from '../../domain/ids';
import type { Tx } from '../database';

/** Whether the customer of an order is erased. */
export const isErased = async (tx: Tx, sessionId: SessionId): Promise<boolean> =>
  (await tx.customer.count({ where: { sessionId, erasedAt: { not: null } } })) > 0;
