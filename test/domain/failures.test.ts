import Stripe from 'stripe';
import { toFailure } from '../../activities/failures';
import type { AccountCause, Fault } from '../../domain/fault';
import { OTHER_ACCOUNT, StripeAnswerError } from '../../platform/stripe';
import { Prisma } from '../../prisma/generated/client';

const { errors } = Stripe;
const SECRET = 'zelda@example.net';

describe('an error thrown by an activity, as it may appear in a history', () => {
  const made = (type: string, more: object = {}) => ({ message: SECRET, type, ...more }) as never;
  const database = (code: string, sqlState?: string) =>
    new Prisma.PrismaClientKnownRequestError(SECRET, {
      ...{ code, clientVersion: '7' },
      meta: sqlState ? { driverAdapterError: { cause: { originalCode: sqlState } } } : {},
    });

  test.each<[string, Error, Fault, AccountCause | null]>([
    ['429', new errors.StripeRateLimitError(made('rate_limit_error')), 'moment', 'stripe_down'],
    ['500', new errors.StripeAPIError(made('api_error')), 'moment', 'stripe_down'],
    ['a reset', new errors.StripeConnectionError(made('api_error')), 'moment', 'stripe_down'],
    ['a proxy’s page', new StripeAnswerError('refund'), 'moment', 'stripe_down'],
    ['a reused key', new errors.StripeIdempotencyError(made('idempotency_error')), 'thing', null],
    ['a wrong key', new errors.StripeAuthenticationError(made('invalid_request_error')), 'account', 'stripe_key'],
    [
      'a key of another account',
      new errors.StripeAuthenticationError(made('invalid_request_error', { code: OTHER_ACCOUNT })),
      'account',
      'stripe_account',
    ],
    [
      'a restricted key',
      new errors.StripePermissionError(made('invalid_request_error')),
      'account',
      'stripe_permission',
    ],
    ['a refused request', new errors.StripeInvalidRequestError(made('invalid_request_error')), 'thing', null],
    ['a database that is away', database('P1001'), 'moment', null],
    ['text that PostgreSQL cannot store', database('P2010', '22021'), 'thing', null],
    ['a law of the database', database('P2010', '23514'), 'thing', null],
    ['a wrong password of the database', database('P2010', '28P01'), 'account', null],
    ['a full disk', database('P2010', '53100'), 'account', null],
    ['anything else', new Error(SECRET), 'moment', null],
  ])('%s', (_name, thrown, fault, cause) => {
    const failure = toFailure(thrown);
    // The database is asked again whatever it said: a law may have been broken by a race.
    const isDatabase = failure.type === 'database';
    expect(failure.nonRetryable ?? false).toBe(fault !== 'moment' && !isDatabase);
    expect(failure.details?.[0]).toEqual({ fault, ...(cause && { cause }) });
    expect(failure.message).not.toContain(SECRET);
    expect(failure.cause).toBeUndefined();
  });

  test('what staff read is the same at each try: Stripe’s request id stands beside it', () => {
    const [first, second] = ['req_1', 'req_2'].map((id) =>
      toFailure(new errors.StripeAuthenticationError(made('invalid_request_error', { requestId: id }))),
    );
    expect(first?.message).toBe(second?.message);
    expect(first?.details?.[0]).toMatchObject({ requestId: 'req_1' });
  });

  test('what a restricted key lacks is named as Stripe names it', () => {
    const message = `The provided key 'rk_test_1' does not have the required permissions for this endpoint on account 'acct_1'. Having the 'rak_charge_read' permission would allow this request to continue.`;
    const failure = toFailure(new errors.StripePermissionError({ message, type: 'invalid_request_error' } as never));
    expect(failure.message).toBe('The Stripe key lacks a permission (rak_charge_read): tell those who run the system');
  });

  test.each<[string, Error, string]>([
    [
      'a wrong key',
      new errors.StripeAuthenticationError(made('invalid_request_error')),
      'Stripe refuses the key in STRIPE_SECRET_KEY: tell those who run the system',
    ],
    [
      'an expired key',
      new errors.StripeAuthenticationError(made('invalid_request_error', { code: 'api_key_expired' })),
      'Stripe refuses the key in STRIPE_SECRET_KEY (api_key_expired): tell those who run the system',
    ],
    [
      'a key of another account',
      new errors.StripeAuthenticationError(made('invalid_request_error', { code: OTHER_ACCOUNT })),
      'The key in STRIPE_SECRET_KEY is of another account or mode: tell those who run the system',
    ],
    [
      'a wrong password of the database',
      database('P2010', '28P01'),
      'The database did not do it (28P01): tell those who run the system',
    ],
    ['a database that is away', database('P1001'), 'The database did not do it (P1001)'],
    [
      'a refused request',
      new errors.StripeInvalidRequestError(made('invalid_request_error')),
      'Stripe refuses the request (invalid_request_error)',
    ],
  ])('%s: staff read what it is, and whom to tell where they can do nothing', (_name, thrown, words) => {
    expect(toFailure(thrown).message).toBe(words);
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
