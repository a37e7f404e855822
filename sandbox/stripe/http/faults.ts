/** Faults that tests plan: the next matching requests go wrong in a given way. */
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
      'error_before', // answers 500; nothing is done, and nothing is saved under the key
      'error_instead', // does nothing, answers 500 and saves that under the key, as for a request that began and failed
      'error_after', // carries it out, then answers 500 and saves that under the key, as Stripe does
      'rate_limit', // 429
      'key_in_use', // 409: another request with the key is still under way
      'idempotency_error', // 400: the key was used with other parameters
      'invalid', // 400, with any `code`
      'refused', // the same, refused while it was carried out, so that the key repeats it for a day
      'missing', // 404 resource_missing
      'unauthorized', // 401
      'forbidden', // 403
      'other_account', // as the key of another account is answered: its own id, empty lists, and 404 for any object
      'html', // a proxy's 502 page
      'bare', // JSON without `error`, with a 404: the library takes it for the object
      'cut_body', // sends half the answer and hangs up; carried out, unless `committed` is false
      'reset', // hangs up without an answer; carried out, unless `committed` is false
      'delay', // waits first, with the key in use
    ),
  ),
  /** Default: 500 for errors, 502 for html, 404 for bare. */
  status: integer({ min: 200, max: 599 }),
  /** For delay: milliseconds of real time. */
  ms: integer({ min: 0 }),
  /** For rate_limit: seconds, in `Retry-After`. */
  retryAfter: integer({ min: 0 }),
  /** For invalid and refused. */
  code: text(),
  message: text(),
  param: text(),
  /** Whether the request is carried out all the same; then the true answer is saved under the key. */
  committed: flag,
};

export type Fault = Read<typeof faultShape>;

export class Faults {
  private planned: { fault: Fault; path: RegExp; left: number }[] = [];

  /** @throws SyntaxError when the path is not a regular expression */
  plan(fault: Fault): void {
    this.planned.push({ fault, path: new RegExp(fault.match?.path ?? ''), left: fault.times ?? 1 });
  }

  clear(): void {
    this.planned = [];
  }

  /** The fault for this request, if any; it counts as used. */
  next(method: string, path: string): Fault | undefined {
    const hit = this.planned.find(
      (each) => each.left > 0 && (each.fault.match?.method ?? method) === method && each.path.test(path),
    );
    if (hit === undefined) return undefined;
    hit.left--;
    return hit.fault;
  }
}
