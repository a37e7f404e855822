import type { Failure, FailureCode, FailureOf } from '@holdfast/client';
import { en } from '../../../domain/words/en';

export interface Words {
  title: string;
  text: string;
}

/** What went wrong, and what the shopper can do about it. */
export function wordsFor(failure: Failure): Words {
  const words = WORDS[failure.code] as ((failure: Failure) => Words) | undefined;
  return words?.(failure) ?? SOMETHING;
}

/** When to try again, with what comes before it; nothing where no time is known. */
const waitFor = (seconds: number | null, before: string): string =>
  seconds === null ? '' : `${before}${en.after(Math.max(1, seconds))}`;

const SAFE = 'Nothing was charged, and your cart is safe.';

const WORDS: { [Code in FailureCode]?: (failure: FailureOf<Code>) => Words } = {
  out_of_stock: () => ({
    title: 'Not enough left',
    text: 'Someone else was faster. Nothing was charged. This is what we still have:',
  }),
  currency_unavailable: () => ({
    title: 'Not sold in this currency',
    text: 'Something in your cart, or its delivery, is not sold in the currency you chose. Choose another currency at the top, or remove it.',
  }),
  not_for_sale: () => ({
    title: 'Not for sale at the moment',
    text: `Something in your cart cannot be sold right now. ${SAFE} Please remove it, or come back later.`,
  }),
  too_many_open: ({ retryAfter }) => ({
    title: 'Too many unfinished payments',
    text: `You have several unpaid payment pages open. Pay on one of them, or leave it with its “Back” link${waitFor(retryAfter, ', or try again ')}.`,
  }),
  rate_limited: ({ retryAfter }) => ({
    title: 'Too many attempts',
    text: `There were too many attempts in a short time. ${SAFE} Please try again${waitFor(retryAfter, ' ') || ' in a minute'}.`,
  }),
  unavailable: () => ({
    title: 'The shop cannot take orders right now',
    text: `${SAFE} Please try again in a moment: trying again never creates a second order.`,
  }),
  offline: () => ({
    title: 'We could not reach the shop',
    text: `Please check your connection and try again. ${SAFE} Trying again never creates a second order.`,
  }),
  unknown_sku: () => ({
    title: 'No longer sold',
    text: 'Something in your cart is no longer for sale. Please remove it and try again.',
  }),
  invalid_request: ({ errors }) => ({
    title: 'The shop did not accept this',
    text:
      errors.length > 0
        ? `The shop says: ${errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')}.`
        : 'Please check your cart.',
  }),
  idempotency_key_reused: () => ({ title: 'Your cart has changed', text: 'Please try again.' }),
  link_expired: () => ({
    title: 'This link has expired',
    text: 'The checkout was too long ago. Please choose your items again.',
  }),
  link_invalid: () => en.linkInvalid,
};

const SOMETHING: Words = {
  title: 'Something went wrong on our side',
  text: `${SAFE} Please try again: trying again never creates a second order.`,
};
