import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import type { Tx } from '../../store/database';
import { changeOrder, lockOrder } from '../../store/orders/records';
import type { Deps } from '../deps';

/** A mail to the customer that is given up raises this flag; the next mail that reaches them lowers it. */
const STEP: AttentionStep = 'contact';

/** A customer who cannot be written to needs a person. What needs one already is left as it is; the timeline tells of the mail. */
export async function callForContact({ db, clock }: Deps, sessionId: SessionId, why: string): Promise<void> {
  const at = new Date(clock.now());
  const reason = `${why}. Correct the address, then have it sent again`;
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (!order || order.attentionStep !== null) return;
    await changeOrder(tx, order, at, { attentionStep: STEP, attentionReason: reason, attentionSince: at });
  });
}

/** A mail has gone out to the customer: whoever was called because one had not may rest. */
export async function reachedAgain(tx: Tx, sessionId: SessionId, at: Date): Promise<void> {
  if ((await tx.order.count({ where: { sessionId, attentionStep: STEP } })) === 0) return;
  const order = await lockOrder(tx, sessionId);
  if (order?.attentionStep === STEP)
    await changeOrder(tx, order, at, { attentionStep: null, attentionReason: null, attentionSince: null });
}
