import type { Reason } from './order';

/** A code of Stripe's as words: `product_not_received` becomes “product not received”. Its lists of codes are open. */
export const codeInWords = (code: string): string => code.replaceAll('_', ' ');

const REASONS: Partial<Record<string, string>> = {
  requested_by_customer: 'as the customer asked',
  duplicate: 'a duplicate',
  out_of_stock: 'out of stock',
  damaged: 'damaged',
  other: '',
} satisfies Record<Reason, string>;

/**
 * Why money is given back, or an order is cancelled, in words for staff that follow what is done: in brackets, with a
 * blank before them; empty for `other`, which says nothing. Stripe's Dashboard has reasons of its own.
 */
export function whyInBrackets(reason: string): string {
  const words = REASONS[reason] ?? codeInWords(reason);
  return words === '' ? '' : ` (${words})`;
}

/** A code that says why, after what it is about: in brackets, with a blank before them; empty if there is none. */
export const codeInBrackets = (code: string | null): string => (code === null ? '' : ` (${codeInWords(code)})`);

/** Why a buyer disputes a payment, by the bank's code. */
export const bankReason = (code: string): string => `the bank’s reason: ${codeInWords(code)}`;
