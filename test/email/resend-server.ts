import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request to `POST /emails` carried. */
export interface Received {
  key: string;
  body: Record<string, unknown> & { to: string; subject: string; html: string; text: string; from: string };
}

/** Something that happens to one request in place of the usual answer. */
export type Mishap =
  | { answer: number; name: string; message?: string; retryAfter?: number }
  /** Not Resend: a proxy's page. */
  | { page: number; html: string }
  /** The mail is taken, and the answer is lost. */
  | 'taken-but-lost'
  | 'no-answer';

/**
 * A server that does what Resend documents of `POST /emails`: it checks the key, the fields and the tags, and keeps
 * idempotency keys (https://resend.com/docs/dashboard/emails/idempotency-keys): the same key and bytes give the same
 * answer and no second mail, other bytes under it are refused, and so is a second request while the first is under
 * way.
 */
export async function startResend() {
  const taken: Received[] = [];
  const requests: Received[] = [];
  const mishaps: { mishap: Mishap; to?: string }[] = [];
  const keys = new Map<string, { body: string; id: string | null }>();
  let gate: Promise<void> = Promise.resolve();
  let always: Mishap | null = null;

  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const key = req.headers['idempotency-key'] as string | undefined;
    if (req.method !== 'POST' || req.url !== '/emails') return problem(res, 404, 'not_found');
    if (req.headers.authorization !== 'Bearer re_test') return problem(res, 403, 'invalid_api_key');
    if (!key || key.length > 256) return problem(res, 400, 'invalid_idempotency_key');
    const body = JSON.parse(raw);
    requests.push({ key, body });

    const index = mishaps.findIndex(({ to }) => to === undefined || to === body.to);
    const mishap = index < 0 ? always : mishaps.splice(index, 1)[0]?.mishap;
    if (mishap === 'no-answer') return undefined;
    if (mishap && typeof mishap === 'object' && 'page' in mishap)
      return res.writeHead(mishap.page, { 'content-type': 'text/html' }).end(mishap.html);
    if (mishap && typeof mishap === 'object')
      return problem(res, mishap.answer, mishap.name, mishap.message, mishap.retryAfter);

    const invalid = whatIsWrong(body);
    if (invalid) return problem(res, 422, 'validation_error', invalid);
    const before = keys.get(key);
    if (before && before.body !== raw) return problem(res, 409, 'invalid_idempotent_request');
    if (before && before.id === null) return problem(res, 409, 'concurrent_idempotent_requests');
    const entry = before ?? { body: raw, id: null };
    keys.set(key, entry);
    await gate;
    if (entry.id === null) {
      taken.push({ key, body });
      entry.id = `mail_${taken.length}`;
    }
    if (mishap === 'taken-but-lost') return req.socket.destroy();
    return res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: entry.id }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Mails that were taken, each once. */
    taken,
    /** Every request that came with a key. */
    requests,
    /** The next request (to this address, if one is named) meets with this. */
    next: (mishap: Mishap, to?: string) => void mishaps.push({ mishap, ...(to && { to }) }),
    /** Every request meets with this from now on; null: none does. */
    refuse: (mishap: Mishap | null) => {
      always = mishap;
    },
    /** Leaves requests unanswered until the returned function is called. */
    holdBack(): () => void {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
    forgetKeys: () => keys.clear(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const TAG = /^[A-Za-z0-9_-]{1,256}$/;

function whatIsWrong(body: Record<string, unknown>): string | null {
  for (const field of ['from', 'to', 'subject', 'html', 'text'])
    if (typeof body[field] !== 'string' || body[field] === '') return `Missing \`${field}\` field.`;
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(body.to as string)) return `Invalid \`to\` field: ${body.to}`;
  const tags = (body.tags ?? []) as { name: string; value: string }[];
  if (tags.some(({ name, value }) => !TAG.test(name) || !TAG.test(value)))
    return 'Tags should only contain ASCII letters.';
  return null;
}

function problem(
  res: ServerResponse,
  statusCode: number,
  name: string,
  message = `refused: ${name}`,
  retryAfter?: number,
) {
  const headers = { 'content-type': 'application/json', ...(retryAfter && { 'retry-after': String(retryAfter) }) };
  return res.writeHead(statusCode, headers).end(JSON.stringify({ statusCode, name, message }));
}
