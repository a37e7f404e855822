import type { SessionId } from '../../../domain/ids';
import { DECISIONS, isFinal } from '../../../domain/order';
import type { ApiDeps } from '../../deps';

/** What of an order that is done staff only take note of; a refund that failed is asked for anew instead. */
const TAKEN_NOTE_OF: readonly string[] = [DECISIONS.disputeLost, DECISIONS.fraudWarning, DECISIONS.reviewClosed];

/**
 * `retry` of an order that is done, and about which something was found out later: staff have seen it, and let it be. There is no workflow left
 * to ask. False where there is nothing of the kind.
 */
export async function decideEnded({ db, clock }: ApiDeps, sessionId: SessionId): Promise<boolean> {
  const at = new Date(clock.now());
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = ${sessionId} FOR UPDATE`;
    const { status, attentionStep } = await tx.order.findUniqueOrThrow({ where: { sessionId } });
    if (!isFinal(status) || attentionStep === null || !TAKEN_NOTE_OF.includes(attentionStep)) return false;
    await tx.order.update({
      where: { sessionId },
      data: { attentionStep: null, attentionReason: null, attentionSince: null, fraudWarning: false, updatedAt: at },
    });
    await tx.timelineEntry.createMany({
      data: [
        {
          ...{ sessionId, at, type: 'decided', actor: 'staff', key: `decided/${at.getTime()}` },
          message: `Staff have decided about “${attentionStep}”`,
        },
      ],
      skipDuplicates: true,
    });
    return true;
  });
}
