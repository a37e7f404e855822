import Stripe from 'stripe';
import { toFailure } from '../../activities/failures';

const { errors } = Stripe;
const SECRET = 'zelda@example.net';

describe('an error thrown by an activity, as it may appear in a history', () => {
  test.each<[string, Error, boolean]>([
    ['429', new errors.StripeRateLimitError({ message: SECRET, type: 'rate_limit_error' } as never), false],
    ['500', new errors.StripeAPIError({ message: SECRET, type: 'api_error' } as never), false],
    ['a reset', new errors.StripeConnectionError({ message: SECRET, type: 'api_error' } as never), false],
    ['a reused key', new errors.StripeIdempotencyError({ message: SECRET, type: 'idempotency_error' } as never), true],
    [
      'a wrong key',
      new errors.StripeAuthenticationError({ message: SECRET, type: 'invalid_request_error' } as never),
      true,
    ],
    [
      'a refused request',
      new errors.StripeInvalidRequestError({ message: SECRET, type: 'invalid_request_error' } as never),
      true,
    ],
    [
      'a database error',
      Object.assign(new Error(SECRET), { name: 'PrismaClientKnownRequestError', code: 'P2002' }),
      false,
    ],
    ['anything else', new Error(SECRET), false],
  ])('%s', (_name, thrown, hopeless) => {
    const failure = toFailure(thrown);
    expect(failure.nonRetryable ?? false).toBe(hopeless);
    expect(failure.message).not.toContain(SECRET);
    expect(failure.cause).toBeUndefined();
  });

  test('Retry-After is honoured', () => {
    const error = new errors.StripeRateLimitError({
      message: '',
      type: 'rate_limit_error',
      headers: { 'retry-after': '7' },
    } as never);
    expect(toFailure(error).nextRetryDelay).toBe(7000);
  });
});
