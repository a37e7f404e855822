import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/send';
import type { SessionId } from '../domain/ids';
import { changedSignal } from '../messages/order';
import { post, slowDatabase } from './steps';

/** Signals an order's workflow that something was written to the order. Does nothing where it has ended. */
export async function notifyOrder(sessionId: SessionId): Promise<void> {
  try {
    await getExternalWorkflowHandle(sessionId).signal(changedSignal);
  } catch {
    // The order has ended: what was written stands in the database.
  }
}

/** Mail never holds anything up: what is refused, or what nobody takes for an hour, is given up in sight of staff. */
export async function mail(sessionId: SessionId, ...mails: MailRequest[]): Promise<void> {
  const summary = mails.map(({ template }) => template).join(', ');
  try {
    await post.sendMails.executeWithOptions({ summary }, [{ sessionId, mails }]);
  } catch {
    await slowDatabase.giveUpMails({ sessionId, mails });
  }
}
