import { ApplicationFailure } from '@temporalio/common';
import Stripe from 'stripe';
import { StripeAnswerError } from '../platform/stripe';

/**
 * Turns whatever a step threw into a failure that may stand in a history: a type staff can act on, a message without personal data (a
 * database's or Stripe's own message may quote what it was given), and whether another try can help.
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

/** Which answers of Stripe deserve another try: by the class the library gives them (https://docs.stripe.com/error-handling). */
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

/** Where an unexpected error came from: a function and a file of ours, no values. */
function firstFrame(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => line.trim().startsWith('at ')) ?? '';
  return frame
    .trim()
    .replace(/\(?(?:file:\/\/)?\/.*\/([^/]+:\d+):\d+\)?$/, '($1)')
    .replace(/^at /, '');
}
