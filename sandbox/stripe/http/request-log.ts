/** The latest API requests, for tests that check what was sent. */
const REMEMBERED = 10_000;

export interface LoggedRequest {
  id: string;
  method: string;
  path: string;
  idempotencyKey: string | null;
  params: Record<string, unknown>;
  fault: string | null;
  /** Null while the request is under way. */
  status: number | null;
  replayed: boolean;
}

export class RequestLog {
  readonly requests: LoggedRequest[] = [];

  begin(
    id: string,
    method: string,
    path: string,
    key: string | undefined,
    params: Record<string, unknown>,
    fault: string | undefined,
  ): LoggedRequest {
    const entry: LoggedRequest = {
      id,
      method,
      path,
      idempotencyKey: key ?? null,
      params,
      fault: fault ?? null,
      status: null,
      replayed: false,
    };
    this.requests.push(entry);
    if (this.requests.length > REMEMBERED) this.requests.shift();
    return entry;
  }
}
