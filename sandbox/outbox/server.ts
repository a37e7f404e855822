import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import { KEEP_ALIVE_MS } from '../../platform/keep-alive';
import { EMAIL_EVENTS, isEmailEvent, report, type Webhook } from './events';
import { Faults } from './faults';
import { type MailFilter, Mails } from './mails';
import { listPage, mailPage, reportedPage } from './pages';
import { resendApi, sendingOnly } from './resend';
import { ResendError } from './resend-error';
import { mailView } from './shell';
import type * as Templates from './templates';

export interface OutboxOptions {
  /** Default: a free port. */
  port?: number;
  /** The folder for the mails. */
  dataDir: string;
  /** The API keys that senders may use. The list is read at each request. */
  apiKeys: readonly string[];
  /** Where events about the mails are delivered. Absent: nowhere, and the page offers none. */
  webhook?: Webhook | undefined;
  /** The time in milliseconds, for tests of what ends after a day. */
  now?: () => number;
}

export interface Outbox {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Starts the outbox, a mail service for machines that should not send mail. It accepts mails through Resend's API,
 * exactly as Resend does, and shows them on a page instead of delivering them. From that page, or by its control, they
 * bounce and are complained about. It also shows every template on sample data. Its state outlives a restart. It
 * listens on the loopback interface only.
 */
export async function startOutbox({
  port = 0,
  dataDir,
  apiKeys,
  webhook,
  now = Date.now,
}: OutboxOptions): Promise<Outbox> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    outbox(new Mails(join(dataDir, 'mails.jsonl'), now), apiKeys, webhook && { ...webhook, now }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function outbox(mails: Mails, apiKeys: readonly string[], webhook: (Webhook & { now(): number }) | undefined): Express {
  const faults = new Faults();
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '10mb' }));
  app.use('/emails', resendApi(mails, faults, apiKeys));
  app.use('/domains', sendingOnly(apiKeys));

  app.get('/', (req, res) => page(res, listPage(mails.list(filterOf(req)), filterOf(req))));
  app.get('/mails/:id', (req, res, next) => {
    const mail = mails.get(req.params.id);
    return mail ? page(res, mailPage(mail, { reportable: webhook !== undefined })) : next();
  });
  app.post('/mails/:id/events', express.urlencoded({ extended: false }), async (req, res, next) => {
    const status = await happen(req);
    if (status === 'unknown') return next();
    return page(res, reportedPage(req.params.id, status));
  });
  app.get('/mails/:id/html', (req, res, next) => {
    const mail = mails.get(req.params.id);
    if (!mail) return next();
    return document(res, mailView(mail.html ?? '', 'dark' in req.query));
  });

  app.get('/templates', async (_req, res) => page(res, (await templates()).templatesPage()));
  app.get('/templates/:template/:name/:language', async (req, res, next) => {
    const { findSample, samplePage } = await templates();
    const found = findSample(req.params);
    return found ? page(res, samplePage(found)) : next();
  });
  app.get('/templates/:template/:name/:language/html', async (req, res, next) => {
    const found = (await templates()).findSample(req.params);
    return found ? document(res, mailView(found.composed.html, 'dark' in req.query)) : next();
  });

  app.get('/api/mails', (req, res) => res.json({ data: mails.list(filterOf(req)) }));
  app.delete('/api/mails', (_req, res) => {
    mails.clear();
    res.status(204).end();
  });
  app.post('/api/mails/:id/events', async (req, res, next) => {
    const status = await happen(req);
    return status === 'unknown' ? next() : res.json({ status });
  });
  app.post('/api/faults', (req, res) => {
    const plan = faultPlan.safeParse(req.body);
    if (!plan.success) return res.status(400).json({ error: z.prettifyError(plan.error) });
    const { times, ...fault } = plan.data;
    faults.plan(times, fault);
    return res.status(204).end();
  });

  app.use((_req, res) =>
    res.status(404).json({ statusCode: 404, name: 'not_found', message: 'The requested endpoint does not exist.' }),
  );
  app.use(asResendError);
  return app;

  /** Reports what happened to a mail: the status of the answer, null for none; `unknown`: no such mail or event. */
  async function happen({ params: { id }, body }: Request<{ id: string }>): Promise<number | null | 'unknown'> {
    const mail = mails.get(id);
    const event = String((body as { event?: unknown } | undefined)?.event);
    if (!mail || !webhook || !isEmailEvent(event)) return 'unknown';
    mails.reported(id, EMAIL_EVENTS[event].type.replace('email.', ''));
    return report(webhook, mail, event, webhook.now());
  }
}

/** React and the templates take longer to load than all the rest, so they are loaded when somebody looks. */
const templates = async (): Promise<typeof Templates> => require('./templates');

const faultPlan = z.strictObject({
  times: z.int().min(0).max(1_000),
  status: z.int().min(400).max(599).optional(),
  after: z.boolean().optional(),
  delayMs: z.int().min(0).max(60_000).optional(),
});

function filterOf({ query }: Request): MailFilter {
  const one = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined);
  return { to: one('to'), template: one('template'), order: one('order') };
}

function page(res: Response, html: string): void {
  res.set(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-src 'self'",
  );
  res.type('html').send(html);
}

/** A mail is shown without scripts and in its own origin; its links open in a new window. */
function document(res: Response, html: string): void {
  res.set(
    'Content-Security-Policy',
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline'",
  );
  res.type('html').send(html);
}

function asResendError(error: Error & { status?: number }, _req: Request, res: Response, _next: NextFunction): void {
  const { statusCode, name, message } =
    error instanceof ResendError
      ? error
      : new ResendError(error.status ?? 500, error.status ? 'validation_error' : 'application_error', error.message);
  res.status(statusCode).json({ statusCode, name, message });
}
