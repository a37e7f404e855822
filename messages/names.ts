/**
 * Names that cross a process: the API, the worker and the tests import them from here, so that none is written twice. A signal under a name that
 * nothing handles is dropped by the server without a word.
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
} as const;
