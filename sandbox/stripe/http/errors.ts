/**
 * Stripe's refusals, in Stripe's own words. Every mistake a caller can make is one of these; anything else that is
 * thrown is a defect of the sandbox and is answered as `api_error`.
 */
export interface StripeErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  param?: string;
  doc_url?: string;
  request_log_url?: string;
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: StripeErrorBody,
    readonly headers: Record<string, string> = {},
  ) {
    super(body.message);
  }

  /** As it is sent: with the page that explains the code, and the log of the request. */
  toJson(requestId: string): { error: StripeErrorBody } {
    const { type, code, message, param } = this.body;
    return {
      error: {
        ...(code !== undefined && {
          code,
          doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
        }),
        message,
        ...(param !== undefined && { param }),
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type,
      },
    };
  }
}

/** A 400 that says what is wrong with the request. */
export function invalid(message: string, { code, param }: { code?: string; param?: string } = {}): Refusal {
  return new Refusal(400, {
    type: 'invalid_request_error',
    message,
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
  });
}

/** `noSuch('checkout.session', id)`: 404 for an id in the path, 400 for one in a parameter, as Stripe does. */
export function noSuch(what: string, id: string, param = 'id'): Refusal {
  const status = param === 'id' ? 404 : 400;
  return new Refusal(status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  });
}

export const unknownRoute = (method: string, path: string): Refusal =>
  new Refusal(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });

export const noKey = (): Refusal =>
  new Refusal(
    401,
    {
      type: 'invalid_request_error',
      message:
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    },
    { 'WWW-Authenticate': 'Bearer realm="Stripe"' },
  );

export const wrongKey = (key: string): Refusal =>
  new Refusal(
    401,
    { type: 'invalid_request_error', message: `Invalid API Key provided: ${masked(key)}` },
    { 'WWW-Authenticate': 'Bearer realm="Stripe"' },
  );

/** What a restricted key may not do, with the permission that is missing, as Stripe names it. */
export const forbidden = (key: string, permission: string): Refusal =>
  new Refusal(403, {
    type: 'invalid_request_error',
    message: `The provided key '${masked(key)}' does not have the required permissions for this endpoint on account 'acct_sandbox'. Having the '${permission}' permission would allow this request to continue.`,
  });

export const wrongVersion = (version: string, pinned: string): Refusal =>
  invalid(`Invalid Stripe API version: ${version}. This sandbox speaks ${pinned} only.`);

export const notForm = (): Refusal =>
  invalid(
    'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.',
  );

export const rateLimited = (retryAfter?: number): Refusal =>
  new Refusal(
    429,
    {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    },
    {
      'Stripe-Rate-Limited-Reason': 'global-rate',
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    },
  );

export const serverError = (status = 500): Refusal =>
  new Refusal(status, {
    type: 'api_error',
    message:
      'Sorry! There was an error while talking to our backend. If you continue to see this, please let us know at https://support.stripe.com/.',
  });

export const otherParameters = (key: string): Refusal =>
  new Refusal(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });

export const otherEndpoint = (key: string, first: string, now: string): Refusal =>
  new Refusal(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${now}' vs '${first}'). Try using a key other than '${key}' if you meant to execute a different request.`,
  });

export const keyInUse = (key: string): Refusal =>
  new Refusal(409, {
    type: 'invalid_request_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });

function masked(key: string): string {
  return key.length <= 12 ? '*'.repeat(key.length) : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}
