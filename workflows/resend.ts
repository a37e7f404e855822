import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import { INVALID_TRANSITION } from '../messages/refusals';
import type { ResendInput } from '../messages/resend';
import { refuseStartByHand } from './started-by-hand';
import { slowDatabase } from './steps';
import { mail, notifyOrder } from './tell';

/**
 * Sends one mail about an order again, once per request by staff, or one that a withdrawal needs. If the mail would not
 * be true of the order, the run fails, so that the same request can be made again later.
 */
export async function resend(input: ResendInput): Promise<void> {
  refuseStartByHand('resend', input);
  const again = await slowDatabase.pickMail(input);
  if (again.outcome === 'refused') {
    setCurrentDetails(again.reason);
    throw ApplicationFailure.create({
      message: again.reason,
      type: INVALID_TRANSITION,
      nonRetryable: true,
      category: ApplicationFailureCategory.BENIGN,
    });
  }
  await mail(input.sessionId, again.mail);
  await notifyOrder(input.sessionId); // its customer may be reached now
}
