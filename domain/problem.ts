/** Every error code of the HTTP API, with its status and title. The OpenAPI document lists the same table. */
export const PROBLEMS = {
  invalid_request: [400, 'The request is not valid'],
  invalid_signature: [400, 'The signature is not valid'],
  invalid_payload: [400, 'The payload is not an event'],
  unauthorized: [401, 'Not authorised'],
  link_invalid: [403, 'The link is not valid'],
  not_found: [404, 'Not found'],
  unknown_sku: [404, 'Unknown SKU'],
  unknown_order: [404, 'Unknown order'],
  unknown_dispute: [404, 'Unknown dispute'],
  method_not_allowed: [405, 'Method not allowed'],
  request_timeout: [408, 'The request took too long to arrive'],
  out_of_stock: [409, 'Out of stock'],
  currency_unavailable: [409, 'Not sold in this currency'],
  not_for_sale: [409, 'Not for sale at the moment'],
  idempotency_key_reused: [409, 'The idempotency key was used for another request'],
  invalid_transition: [409, 'Not allowed in this state'],
  stock_conflict: [409, 'Stock would fall below what is held'],
  refund_exceeds_remaining: [409, 'More than is left to refund'],
  link_expired: [410, 'The link has expired'],
  link_revoked: [410, 'The link was revoked'],
  downloads_used_up: [410, 'No downloads are left'],
  payload_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The content type is not supported'],
  range_not_satisfiable: [416, 'The range is outside the file'],
  rate_limited: [429, 'Too many requests'],
  too_many_open: [429, 'Too many unpaid checkouts'],
  headers_too_large: [431, 'The headers are too large'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'Temporarily unavailable'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/**
 * An error that the caller is meant to see, as an RFC 9457 problem document. `detail` says what is wrong and what to
 * do; `extra` holds further members of the document, e.g. `items` of `out_of_stock`. A `cause` is for the log alone.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly extra: { retryAfter?: number } & Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.status = PROBLEMS[code][0];
  }

  /** The body of the response. `retryAfter` (seconds) is sent as a header instead. */
  toJSON(): Record<string, unknown> {
    const { retryAfter: _header, ...members } = this.extra;
    return {
      type: `urn:holdfast:problem:${this.code}`,
      title: PROBLEMS[this.code][1],
      status: this.status,
      detail: this.detail,
      code: this.code,
      ...members,
    };
  }
}
