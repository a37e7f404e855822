import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/request';
import type { SessionId } from '../domain/ids';
import { DECISIONS } from '../domain/order';
import { changedSignal } from '../messages/order';
import { failureOf } from './failures';
import { postForADay, slowDatabase } from './steps';

/** The mail that Stripe refuses a refund for good: one for the time that the order needs a decision about it. */
export const refusedRefundMail = (since: number): MailRequest => ({
  template: 'attention_needed',
  step: DECISIONS.refundRefused,
  episode: since,
});

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
 * Sends mails, once each. One that is refused, or that could not be sent for a day, is given up, and staff see that.
 * That takes up to a day: a run that has more to do sends it in the background (`FollowerSigns.mail`).
 * @returns `sent` if each has gone out, also by an earlier call; `given-up` once the order is told
 */
export async function mail(sessionId: SessionId, ...mails: MailRequest[]): Promise<'sent' | 'not-sent' | 'given-up'> {
  const summary = mails.map(({ template }) => template).join(', ');
  try {
    const notSent = await postForADay.sendMails.executeWithOptions({ summary }, [{ sessionId, mails }]);
    return notSent ? 'not-sent' : 'sent';
  } catch (error) {
    await slowDatabase.giveUpMails({ sessionId, mails, lost: failureOf(error).passing });
    await notifyOrder(sessionId); // it may need staff now
    return 'given-up';
  }
}
