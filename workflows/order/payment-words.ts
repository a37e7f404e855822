import { moment } from '../moment';

/** How far the wait for a payment is. */
export type PaymentStage = keyof typeof TIMER_SUMMARY;

/** What the timer in the Temporal UI is for. */
export const TIMER_SUMMARY = {
  hold: 'The hold ends',
  closing: 'Expiring the session is tried again',
  'on-its-way': 'Stripe is asked again',
  'in-flight': 'Stripe is asked again',
} as const;

/**
 * What an unpaid order waits for, in words that complete “It waits for …”; null while a payment is on its
 * way: the look at Stripe that found it has already set the words.
 * @param isAsked whether Stripe is asked at once
 * @param holdUntil milliseconds since the epoch
 */
export function awaitedPayment(stage: PaymentStage, isAsked: boolean, holdUntil: number): string | null {
  if (stage === 'closing') return 'Stripe to expire the session';
  if (isAsked) return 'Stripe, which is asked about the payment again';
  return stage === 'hold' ? `the payment, until ${moment(holdUntil)}` : null;
}
