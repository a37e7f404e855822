import { sha256 } from './sha256';
import { signaturesOf } from './standard-webhooks';

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
   * Sends one event, signed anew. Never rejects.
   * @returns null if the receiver took it (any 2xx), else a code: `http_500`, `timeout`, `ECONNREFUSED`
   */
  send(event: { id: string; body: string; at: Date }): Promise<string | null>;
}

/** How long a receiver may take to answer: it should write an event down, answer, and only then act on it. */
const TIMEOUT_MS = 10_000;

export const createEventSender = ({ url, secrets }: Receiver, timeoutMs = TIMEOUT_MS): EventSender => ({
  urlHash: sha256(url),
  async send({ id, body, at }) {
    const timestamp = String(Math.floor(at.getTime() / 1000));
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Holdfast',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signaturesOf({ id, timestamp, body }, secrets),
        },
        body,
        // An address that moved is for the operator to correct: the body goes nowhere else.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      // The status says it all. However long its body is, it is not read.
      answer.body?.cancel().catch(() => undefined);
      return answer.ok ? null : `http_${answer.status}`;
    } catch (error) {
      return codeOf(error);
    }
  },
});

/** What went wrong with a connection, without an address in it. */
function codeOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'timeout';
  const code = cause?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'failed';
}
