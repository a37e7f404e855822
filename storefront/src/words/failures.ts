import type { Failure } from '../api/client';

export interface Words {
  title: string;
  text: string;
}

/** What went wrong, and what the shopper can do about it. */
export function wordsFor(failure: Failure): Words {
  return WORDS[failure.code]?.(failure) ?? SOMETHING;
}

const SAFE = 'Nothing was charged, and your cart is safe.';

const WORDS: Record<string, (failure: Failure) => Words> = {
  out_of_stock: () => ({
    title: 'Not enough left',
    text: 'Someone was quicker. Nothing was charged; this is what we still have:',
  }),
  currency_unavailable: () => ({
    title: 'Not sold in this currency',
    text: 'Something in your cart is not sold in the currency you chose. Choose another currency at the top, or take it out.',
  }),
  too_many_open: ({ retryAfter }) => ({
    title: 'Too many unfinished payments',
    text: `You have several payment pages open that are not paid. Pay one of them, or leave it with its “back” link${wait(retryAfter, ', or try again ')}.`,
  }),
  rate_limited: ({ retryAfter }) => ({
    title: 'A little too fast',
    text: `There were many tries in a short time. ${SAFE} Please try again${wait(retryAfter, ' ') || ' in a minute'}.`,
  }),
  unavailable: () => ({
    title: 'The shop cannot take orders right now',
    text: `${SAFE} Please try again in a moment: a second try never makes a second order.`,
  }),
  offline: () => ({
    title: 'We could not reach the shop',
    text: `Please look whether you are connected, and try again. ${SAFE} A second try never makes a second order.`,
  }),
  unknown_sku: () => ({
    title: 'No longer sold',
    text: 'Something in your cart has left the shop. Please take it out and try again.',
  }),
  invalid_request: ({ errors }) => ({
    title: 'The shop did not accept this',
    text:
      errors.length > 0
        ? `It says: ${errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')}.`
        : 'Please look over your cart.',
  }),
  idempotency_key_reused: () => ({ title: 'Your cart has changed meanwhile', text: 'Please try once more.' }),
  link_expired: () => ({
    title: 'This link has run out',
    text: 'It was for a checkout that lies too far back. Please choose again from the shop.',
  }),
  link_invalid: () => ({
    title: 'This link does not open anything',
    text: 'Perhaps a part of it was lost when it was copied. Please try the link in the mail again.',
  }),
};

const SOMETHING: Words = {
  title: 'Something went wrong on our side',
  text: `${SAFE} Please try again: a second try never makes a second order.`,
};

function wait(seconds: number | null, before: string): string {
  if (seconds === null) return '';
  if (seconds < 90) return `${before}in ${Math.max(1, seconds)} seconds`;
  return `${before}in ${Math.ceil(seconds / 60)} minutes`;
}
