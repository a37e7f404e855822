import { connectionCode } from './connection-code';
import { sha256 } from './sha256';
import { signaturesOf } from './standard-webhooks';
import { traceCarrier, traced } from './trace';

/** Where events go, and what they are signed with. */
export interface Receiver {
  url: string;
  /** `whsec_…`: one, or several while a secret is rolled. */
  secrets: string[];
}

/** Sends events as https://www.standardwebhooks.com wants it. */
export interface EventSender {
  /** Tells this receiver from others, and says nothing about its address. */
  urlHash: string;
  /**
   * Sends one event, signed anew, with the trace's `traceparent` if there is one. Never rejects.
   * @returns null if the receiver took it (any 2xx), else a code: `http_500`, `timeout`, `ECONNREFUSED`
   */
  send(event: { id: string; body: string; at: Date }): Promise<string | null>;
}

/** How long a receiver may take to answer: it should write an event down, answer, and only then act on it. */
const TIMEOUT_MS = 10_000;

export const createEventSender = ({ url, secrets }: Receiver, timeoutMs = TIMEOUT_MS): EventSender => ({
  urlHash: sha256(url),
  send: ({ id, body, at }) =>
    traced({ name: 'POST events', kind: 'internal', attributes: { 'holdfast.delivery.id': id } }, async (span) => {
      const timestamp = String(Math.floor(at.getTime() / 1000));
      const signature = signaturesOf({ id, timestamp, body }, secrets);
      const error = await post(url, timeoutMs, body, {
        ...{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
        ...traceCarrier(),
      });
      if (error !== null) span?.fail(error);
      return error;
    }),
});

async function post(
  url: string,
  timeoutMs: number,
  body: string,
  headers: Record<string, string>,
): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Holdfast', ...headers },
      body,
      // An address that moved is for the operator to correct: the body goes nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    // The status says it all. However long its body is, it is not read.
    answer.body?.cancel().catch(() => undefined);
    return answer.ok ? null : `http_${answer.status}`;
  } catch (error) {
    return connectionCode(error);
  }
}
