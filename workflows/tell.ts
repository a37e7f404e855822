import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/request';
import type { SessionId } from '../domain/ids';
import { changedSignal } from '../messages/order';
import { post, slowDatabase } from './steps';

/** Signals an order's workflow that the order has changed. False: it has ended, and the change is in the database. */
export async function notifyOrder(sessionId: SessionId): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(sessionId).signal(changedSignal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Mail never delays anything: a mail that is refused, or cannot be sent for an hour, is given up and shown to staff.
 */
export async function mail(sessionId: SessionId, ...mails: MailRequest[]): Promise<void> {
  const summary = mails.map(({ template }) => template).join(', ');
  try {
    await post.sendMails.executeWithOptions({ summary }, [{ sessionId, mails }]);
  } catch {
    await slowDatabase.giveUpMails({ sessionId, mails });
  }
}
