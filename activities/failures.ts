import { ApplicationFailure } from '@temporalio/common';
import Stripe from 'stripe';
import { type AccountCause, DATABASE, type Fault, type FaultDetails } from '../domain/fault';
import { OTHER_ACCOUNT, StripeAnswerError } from '../platform/stripe';
import { databaseRefusesAll, sqlState } from '../store/errors';

/** The type of a failure that is not a known one of Stripe, the database or the mail provider. */
export const UNEXPECTED = 'unexpected';

/**
 * Turns any error thrown by an activity into a failure that is safe in a history: a type that staff can act on, a
 * message without personal data (a message from the database or Stripe may quote its input), whose fault it is (in its
 * details, a `FaultDetails`), and whether a retry can help.
 */
export function toFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof Stripe.errors.StripeError) return stripeFailure(error);
  if (error instanceof StripeAnswerError)
    return retryable('stripe_answer', 'What answered was not Stripe', { fault: 'moment', cause: 'stripe_down' });
  if (isDatabaseError(error)) {
    const code = sqlState(error) ?? (error as { code?: unknown }).code;
    const fault = databaseFault(error);
    const message = 'The database did not do it';
    return retryable(DATABASE, inWords({ fault, message }, typeof code === 'string' ? code : 'no answer'), { fault });
  }
  const what = error instanceof Error ? `${error.name} in ${firstFrame(error)}` : 'unknown';
  return retryable(UNEXPECTED, `An unexpected error (${what}): ${TELL}`, { fault: 'moment' });
}

/** Staff who look after orders can do nothing about the account. */
const TELL = 'tell those who run the system';

/** What staff read of a failure. @param code what names it more closely */
export function inWords({ fault, message }: Pick<StripeFault, 'fault' | 'message'>, code?: string): string {
  const named = code === undefined ? message : `${message} (${code})`;
  return fault === 'account' ? `${named}: ${TELL}` : named;
}

interface StripeFault {
  fault: Fault;
  cause?: AccountCause;
  /** A sentence without its end, and without what staff do about it. */
  message: string;
}

/** Whose fault each of Stripe's errors is, by its class in the library (https://docs.stripe.com/error-handling). */
const STRIPE: Record<string, StripeFault> = {
  StripeRateLimitError: { fault: 'moment', cause: 'stripe_down', message: 'Stripe asks to slow down' },
  StripeAPIError: { fault: 'moment', cause: 'stripe_down', message: 'Stripe did not say whether it was done' },
  StripeConnectionError: {
    fault: 'moment',
    cause: 'stripe_down',
    message: 'Stripe could not be reached, or the answer was lost',
  },
  StripeIdempotencyError: {
    fault: 'thing',
    message: 'The idempotency key was used for another request: a defect of Holdfast, tell those who run the system',
  },
  StripeAuthenticationError: {
    fault: 'account',
    cause: 'stripe_key',
    message: 'Stripe refuses the key in STRIPE_SECRET_KEY',
  },
  StripePermissionError: {
    fault: 'account',
    cause: 'stripe_permission',
    message: 'The Stripe key lacks a permission',
  },
  StripeInvalidRequestError: { fault: 'thing', message: 'Stripe refuses the request' },
  StripeCardError: { fault: 'thing', message: 'The card is declined' },
};
/** Not Stripe's own answer: platform/stripe.ts gives it, and a sweep that compares the account. */
export const OTHER_ACCOUNT_FAULT: StripeFault = {
  fault: 'account',
  cause: 'stripe_account',
  message: 'The key in STRIPE_SECRET_KEY is of another account or mode',
};
const UNKNOWN: StripeFault = { fault: 'moment', message: 'Stripe answered with an error' };

function stripeFailure(error: InstanceType<typeof Stripe.errors.StripeError>): ApplicationFailure {
  const fault = error.code === OTHER_ACCOUNT ? OTHER_ACCOUNT_FAULT : (STRIPE[error.type] ?? UNKNOWN);
  const { message: _, ...whose } = fault;
  const seconds = Number(error.headers?.['retry-after']);
  const details: FaultDetails = { ...whose, ...(error.requestId && { requestId: error.requestId }) };
  return ApplicationFailure.create({
    message: inWords(fault, fault === OTHER_ACCOUNT_FAULT ? undefined : codeOf(error, fault)),
    type: error.code ?? error.type,
    nonRetryable: whose.fault !== 'moment',
    details: [details],
    ...(seconds > 0 && seconds <= 600 && { nextRetryDelay: seconds * 1000 }),
  });
}

/** Stripe's code. About the account, its type says no more than our sentence. */
const codeOf = (error: InstanceType<typeof Stripe.errors.StripeError>, { fault }: StripeFault): string | undefined =>
  missingPermission(error) ?? error.code ?? (fault === 'account' ? undefined : (error.rawType ?? 'no code'));

/**
 * Stripe names what a restricted key lacks in its sentence alone: “Having the 'rak_charge_read' permission would allow
 * this request to continue.”, lately without `rak_`.
 */
const missingPermission = ({ type, message }: InstanceType<typeof Stripe.errors.StripeError>): string | undefined =>
  type === 'StripePermissionError' ? /'((?:rak_)?[a-z_]+_(?:read|write))'/.exec(message)?.[1] : undefined;

/** Whose fault any error is, for code outside of workflows. */
export const faultOf = (error: unknown): FaultDetails => toFailure(error).details?.[0] as FaultDetails;

const retryable = (type: string, message: string, details: FaultDetails) =>
  ApplicationFailure.create({ type, message, nonRetryable: false, details: [details] });

const isDatabaseError = (error: unknown): boolean =>
  error instanceof Error &&
  (/^Prisma|^DriverAdapterError|DatabaseError/.test(error.name) ||
    /^P\d{4}$/.test(String((error as { code?: unknown }).code)));

/**
 * PostgreSQL refuses a value (SQLSTATE class 22: data exception) or breaks a law (class 23: integrity) for this thing's
 * sake; a login, a database or a table that is not there (28, 3D, 42), or a full disk (53100), for everything's.
 */
function databaseFault(error: unknown): Fault {
  const state = sqlState(error) ?? '';
  if (databaseRefusesAll(error) || state === '53100') return 'account';
  return /^2[23]/.test(state) ? 'thing' : 'moment';
}

/** Where an unexpected error was thrown: a function and file of ours, without values. */
function firstFrame(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => line.trim().startsWith('at ')) ?? '';
  return frame
    .trim()
    .replace(/\(?(?:file:\/\/)?\/.*\/([^/]+:\d+):\d+\)?$/, '($1)')
    .replace(/^at /, '');
}
