import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure, patched, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { INVALID_TRANSITION } from '../messages/refusals';
import type { ResendInput, ResendResult } from '../messages/resend';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { refuseStartByHand } from './started-by-hand';
import { slowDatabase } from './steps';
import { mail, notifyOrder } from './tell';

/** Runs from before this patch cannot be found by their order, and fail if the mail is refused. */
const ANSWERS = 'a-resend-names-its-order-and-answers';

/**
 * Sends one mail about an order again, once per request by staff, or one that a withdrawal needs. If the mail would not
 * be true of the order, it is refused, and the same request can be made again later.
 */
export async function resend(input: ResendInput): Promise<ResendResult> {
  refuseStartByHand('resend', input);
  const again = await slowDatabase.pickMail(input);
  const answers = patched(ANSWERS);
  if (answers && again.number !== undefined)
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.orderNumber, value: again.number }]);
  if (again.outcome === 'refused') {
    setCurrentDetails(`Not sent: ${again.reason}`);
    if (answers) return { outcome: 'refused', reason: again.reason };
    throw ApplicationFailure.create({
      message: again.reason,
      type: INVALID_TRANSITION,
      nonRetryable: true,
      category: ApplicationFailureCategory.BENIGN,
    });
  }
  await mail(input.sessionId, again.mail);
  await notifyOrder(input.sessionId); // its customer may be reached now
  return { outcome: 'sent' };
}
