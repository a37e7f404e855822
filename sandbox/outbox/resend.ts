import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Faults } from './faults';
import type { Mail, Mails } from './mails';
import { ResendError } from './resend-error';
import { parseMail } from './resend-mail';

/** The part of Resend's API that a sender uses: sending one mail or a batch, and reading one back. */
export function resendApi(mails: Mails, faults: Faults, apiKeys: readonly string[]): Router {
  const underWay = new Set<string>();
  const router = Router();
  router.use(requireKey(apiKeys));

  router.post('/', (req, res) =>
    send(
      req,
      res,
      (body) => [parseMail(body)],
      ([id]) => ({ id }),
    ),
  );
  router.post('/batch', (req, res) => send(req, res, parseBatch, (ids) => ({ data: ids.map((id) => ({ id })) })));
  router.get('/:id', (req, res) => {
    const mail = mails.get(req.params.id);
    if (!mail) throw new ResendError(404, 'not_found', 'Email not found');
    res.json(asResend(mail));
  });
  return router;

  async function send(
    req: Request,
    res: Response,
    parse: (body: unknown) => NewMail[],
    answer: (ids: string[]) => object,
  ): Promise<void> {
    const fault = faults.next();
    if (fault?.status && !fault.after) throw failure(fault.status);
    const key = idempotencyKey(req);
    const body = createHash('sha256')
      .update(JSON.stringify([req.path, req.body]))
      .digest('hex');
    const before = key === null ? undefined : mails.answered(key);
    if (before && before.body !== body) throw reusedKey();
    if (key !== null && underWay.has(key)) throw keyInUse();
    if (key !== null) underWay.add(key);
    try {
      const ids = before?.ids ?? take(parse(req.body), key, body);
      if (fault?.delayMs) await setTimeout(fault.delayMs);
      if (fault?.status) throw failure(fault.status);
      res.json(answer(ids));
    } finally {
      if (key !== null) underWay.delete(key);
    }
  }

  function take(parsed: NewMail[], key: string | null, body: string): string[] {
    const ids = parsed.map((mail) => mails.add({ ...mail, idempotencyKey: key }).id);
    if (key !== null) mails.remember(key, body, ids);
    return ids;
  }
}

/** What is not about sending: the outbox's key is one that may only send. */
export function sendingOnly(apiKeys: readonly string[]): Router {
  const router = Router();
  router.use(requireKey(apiKeys), () => {
    throw new ResendError(401, 'restricted_api_key', 'This API key is restricted to only send emails');
  });
  return router;
}

type NewMail = ReturnType<typeof parseMail>;

function parseBatch(body: unknown): NewMail[] {
  if (!Array.isArray(body) || body.length === 0 || body.length > 100) {
    throw new ResendError(422, 'validation_error', 'The batch must be an array of 1 to 100 emails.');
  }
  return body.map(parseMail);
}

function requireKey(apiKeys: readonly string[]) {
  return (req: Request, _res: Response, next: NextFunction): void => {
    const given = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1];
    if (given === undefined)
      throw new ResendError(401, 'missing_api_key', 'Missing API key in the authorization header.');
    if (!apiKeys.includes(given)) throw new ResendError(403, 'invalid_api_key', 'API key is invalid.');
    next();
  };
}

function idempotencyKey(req: Request): string | null {
  const key = req.header('idempotency-key');
  if (key === undefined) return null;
  if (key.length < 1 || key.length > 256)
    throw new ResendError(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.');
  return key;
}

const reusedKey = () =>
  new ResendError(409, 'invalid_idempotent_request', 'Same idempotency key used with a different request payload.');
const keyInUse = () =>
  new ResendError(
    409,
    'concurrent_idempotent_requests',
    'Same idempotency key used while original request is still in progress.',
  );

function failure(status: number): ResendError {
  if (status === 429)
    return new ResendError(
      429,
      'rate_limit_exceeded',
      'Too many requests. Please limit the number of requests per second.',
    );
  return new ResendError(status, 'application_error', 'An unexpected error occurred.');
}

const asResend = (mail: Mail) => ({
  object: 'email',
  id: mail.id,
  created_at: mail.createdAt,
  from: mail.from,
  to: mail.to,
  cc: mail.cc,
  bcc: mail.bcc,
  reply_to: mail.replyTo,
  subject: mail.subject,
  html: mail.html,
  text: mail.text,
  tags: Object.entries(mail.tags).map(([name, value]) => ({ name, value })),
  last_event: mail.lastEvent ?? 'delivered',
});
