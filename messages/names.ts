/**
 * Names that cross process boundaries. The API, the worker and the tests import them from here, so that no name is
 * written twice: Temporal silently drops a signal whose name has no handler.
 */

/** `orders`: workflows, database and mail. `stripe`: calls to Stripe, rate-limited for the whole fleet. */
export const TASK_QUEUES = { orders: 'orders', stripe: 'stripe' } as const;

export const WORKFLOWS = {
  order: 'order',
  refund: 'refund',
  refundRequest: 'refundRequest',
  dispute: 'dispute',
  notice: 'notice',
  resend: 'resend',
  reconcile: 'reconcile',
  bulk: 'bulk',
} as const;
