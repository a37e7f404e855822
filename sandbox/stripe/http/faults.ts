/** Faults that tests ask for: the next so many matching requests go wrong in a given way. */
import { flag, group, integer, oneOf, type Read, required, text } from './params';

export const faultShape = {
  match: group({
    method: text(),
    /** A regular expression over the path, as `^/v1/refunds$`. */
    path: text(),
  }),
  times: integer({ min: 1 }),
  kind: required(
    oneOf(
      'error_before', // answers a 500; nothing was done, nothing is saved under the key
      'error_instead', // does nothing, answers a 500 and saves that under the key: what was begun and failed
      'error_after', // does it, then answers a 500 and saves that under the key, as Stripe does
      'rate_limit', // 429
      'key_in_use', // 409: another request under the key is still under way
      'idempotency_error', // 400: other parameters under the key
      'invalid', // 400, of whatever `code`
      'missing', // 404 resource_missing
      'unauthorized', // 401
      'forbidden', // 403
      'html', // a proxy's 502 page
      'bare', // JSON without `error`, with a 404: the library takes it for the object
      'cut_body', // sends half the answer and hangs up; did it, unless `committed` is false
      'reset', // hangs up without an answer; did it, unless `committed` is false
      'delay', // waits first, with the key in use
    ),
  ),
  /** For errors 500 unless said otherwise, for html 502, for bare 404. */
  status: integer({ min: 200, max: 599 }),
  /** For delay: milliseconds of real time. */
  ms: integer({ min: 0 }),
  /** For rate_limit: seconds, in `Retry-After`. */
  retryAfter: integer({ min: 0 }),
  /** For invalid. */
  code: text(),
  message: text(),
  param: text(),
  /** Whether it was done all the same; then the true answer is kept under the key. */
  committed: flag,
};

export type Fault = Read<typeof faultShape>;

export class Faults {
  private planned: { fault: Fault; path: RegExp; left: number }[] = [];

  /** @throws SyntaxError when the path is no regular expression */
  plan(fault: Fault): void {
    this.planned.push({ fault, path: new RegExp(fault.match?.path ?? ''), left: fault.times ?? 1 });
  }

  clear(): void {
    this.planned = [];
  }

  /** The fault this request is to suffer, counted as used. */
  next(method: string, path: string): Fault | undefined {
    const hit = this.planned.find(
      (each) => each.left > 0 && (each.fault.match?.method ?? method) === method && each.path.test(path),
    );
    if (hit === undefined) return undefined;
    hit.left--;
    return hit.fault;
  }
}
