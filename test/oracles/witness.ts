/**
 * Records every exchange with Stripe's API, and every event, that a server of this process answers. Node itself
 * reports them (https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html#http), so no proxy is involved.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request to Stripe's API and its answer, as they were sent. */
export interface Exchange {
  method: string;
  /** Path and query. */
  url: string;
  version: string | null;
  contentType: string | null;
  body: string;
  /** Whether Holdfast's own client sent it, by its user agent; requests of a test's client do not count. */
  byHoldfast: boolean;
  status: number;
  /** Stripe's id of the request; null when something else answered. */
  requestId: string | null;
  answerType: string | null;
  answer: string;
}

export interface Witnessed {
  exchanges: Exchange[];
  /** The bodies of signed events. */
  events: string[];
}

const SERVED = 'http.server.request.start';

export class Witness implements Witnessed {
  readonly exchanges: Exchange[] = [];
  readonly events: string[] = [];

  private constructor() {
    subscribe(SERVED, this.served);
  }

  static begin(): Witness {
    return new Witness();
  }

  end(): void {
    unsubscribe(SERVED, this.served);
  }

  private readonly served = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const isEvent = request.headers['stripe-signature'] !== undefined;
    if (!isEvent && !(request.headers.authorization && /^\/v\d\//.test(request.url ?? ''))) return;
    const requestBody = recordRead(request);
    const answerBody = recordWritten(response);
    response.once('finish', () => {
      if (isEvent) this.events.push(requestBody());
      else this.exchanges.push(exchangeOf(request, response, requestBody(), answerBody()));
    });
  };
}

function exchangeOf(request: IncomingMessage, response: ServerResponse, body: string, answer: string): Exchange {
  const { headers } = request;
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    version: oneHeader(headers['stripe-version']),
    contentType: oneHeader(headers['content-type']),
    body,
    byHoldfast: String(headers['user-agent']).includes('holdfast'),
    status: response.statusCode,
    requestId: oneHeader(response.getHeader('request-id')),
    answerType: oneHeader(response.getHeader('content-type')),
    answer,
  };
}

const oneHeader = (value: string | string[] | number | undefined): string | null =>
  value === undefined ? null : String(value);

/** Records what arrives by wrapping `push`: a listener would set the stream flowing before its reader is there. */
function recordRead(request: IncomingMessage): () => string {
  const chunks: Buffer[] = [];
  const push = request.push.bind(request);
  request.push = (chunk, encoding) => {
    if (chunk !== null) chunks.push(Buffer.from(chunk));
    return push(chunk, encoding);
  };
  return () => Buffer.concat(chunks).toString();
}

function recordWritten(response: ServerResponse): () => string {
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const { write, end } = response;
  response.write = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0]);
    return Reflect.apply(write, this, args);
  };
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0]);
    return Reflect.apply(end, this, args);
  };
  return () => Buffer.concat(chunks).toString();
}
