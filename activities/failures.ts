import { ApplicationFailure } from '@temporalio/common';
import Stripe from 'stripe';
import { StripeAnswerError } from '../platform/stripe';

/**
 * Turns any error thrown by an activity into a failure that is safe in a history: a type that staff can act on, a
 * message without personal data (a message from the database or Stripe may quote its input), and whether a retry can
 * help.
 */
export function toFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof Stripe.errors.StripeError) return stripeFailure(error);
  if (error instanceof StripeAnswerError) return retryable('stripe_answer', 'What answered was not Stripe');
  const code = (error as { code?: unknown } | null)?.code;
  if (isDatabaseError(error))
    return retryable('database', `The database did not do it (${typeof code === 'string' ? code : 'no answer'})`);
  return retryable('unexpected', error instanceof Error ? `${error.name} in ${firstFrame(error)}` : 'unknown error');
}

/**
 * Which of Stripe's errors are worth a retry, by their class in the library (https://docs.stripe.com/error-handling).
 */
const STRIPE: Record<string, { retry: boolean; message: string }> = {
  StripeRateLimitError: { retry: true, message: 'Stripe asks to slow down' },
  StripeAPIError: { retry: true, message: 'Stripe did not say whether it was done' },
  StripeConnectionError: { retry: true, message: 'Stripe could not be reached, or the answer was lost' },
  StripeIdempotencyError: {
    retry: false,
    message: 'The idempotency key was used for another request: a defect of Holdfast',
  },
  StripeAuthenticationError: { retry: false, message: 'Stripe refuses the key: check STRIPE_SECRET_KEY' },
  StripePermissionError: { retry: false, message: 'The Stripe key may not do this: check its permissions' },
  StripeInvalidRequestError: { retry: false, message: 'Stripe refuses the request' },
};

function stripeFailure(error: InstanceType<typeof Stripe.errors.StripeError>): ApplicationFailure {
  const { retry, message } = STRIPE[error.type] ?? { retry: true, message: 'Stripe answered with an error' };
  const seconds = Number(error.headers?.['retry-after']);
  return ApplicationFailure.create({
    message: `${message} (${[error.code ?? error.rawType, error.requestId].filter(Boolean).join(', ') || 'no code'})`,
    type: error.code ?? error.type,
    nonRetryable: !retry,
    ...(seconds > 0 && seconds <= 600 && { nextRetryDelay: seconds * 1000 }),
  });
}

const retryable = (type: string, message: string) => ApplicationFailure.create({ type, message, nonRetryable: false });

const isDatabaseError = (error: unknown): boolean =>
  error instanceof Error &&
  (/^Prisma|^DriverAdapterError|DatabaseError/.test(error.name) ||
    /^P\d{4}$/.test(String((error as { code?: unknown }).code)));

/** Where an unexpected error was thrown: a function and file of ours, without values. */
function firstFrame(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => line.trim().startsWith('at ')) ?? '';
  return frame
    .trim()
    .replace(/\(?(?:file:\/\/)?\/.*\/([^/]+:\d+):\d+\)?$/, '($1)')
    .replace(/^at /, '');
}
