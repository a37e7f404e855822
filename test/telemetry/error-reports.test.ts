import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import Stripe from 'stripe';
import { Problem } from '../../domain/problem';
import { loadEnv } from '../../platform/env';
import { type ErrorReports, reportErrors } from '../../platform/error-reports';
import { withLogContext } from '../../platform/log-context';
import { createLogger } from '../../platform/logger';
import { MailError } from '../../platform/mailer';
import { BARE, bareApi } from '../api/bare';

interface Event {
  fingerprint: string[];
  tags: Record<string, string>;
  extra: Record<string, unknown>;
  exception?: { values: { type: string; value: string; stacktrace: { frames: { function?: string }[] } }[] };
}

const EMAIL = 'ada.lovelace@example.com';
const envelopes: string[] = [];
/** Takes envelopes as Sentry does (https://develop.sentry.dev/sdk/data-model/envelopes/). */
const sentry = createServer(async (req, res) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (`${req.url} ${req.headers['x-sentry-auth']}`.includes('adisabledkey')) return void res.writeHead(403).end();
  envelopes.push((req.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString());
  res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});
const env = (key = 'publickeyoftheproject') =>
  loadEnv({
    ...BARE,
    SENTRY_DSN: `http://${key}@127.0.0.1:${(sentry.address() as AddressInfo).port}/7`,
  });

beforeAll(() => new Promise<void>((resolve) => sentry.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  sentry.closeAllConnections();
  sentry.close();
});
beforeEach(() => {
  envelopes.length = 0;
});

/** What has arrived once everything that was logged is sent. */
async function reported(act: (log: ReturnType<typeof createLogger>) => void, key?: string): Promise<Event[]> {
  const reports = reportErrors(env(key), 'worker') as ErrorReports;
  act(createLogger('worker', env(key), { onError: reports.tell, destination: { write() {} } }));
  await reports.stop();
  return envelopes.map((envelope) => JSON.parse(envelope.split('\n')[2] ?? '') as Event);
}

test('an error is reported with its place and its ids, and with nothing that a person typed', async () => {
  const error = new TypeError(`cannot read 'Ada Lovelace' of ${EMAIL}`);
  const [event, ...more] = await reported((log) =>
    withLogContext({ session: 'cs_test_1', workflow: 'cs_test_1' }, () =>
      log.error(
        {
          err: error,
          number: 'H-1',
          address: '12 Rue de l’Ancienne-Comédie',
          body: EMAIL,
          url: `/x?token=${BARE.SIGNING_SECRET}`,
        },
        'it failed',
      ),
    ),
  );
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    tags: { process: 'worker', module: 'worker', session: 'cs_test_1', workflow: 'cs_test_1', number: 'H-1' },
    extra: { met: 1 },
    exception: { values: [{ type: 'TypeError', stacktrace: { frames: expect.any(Array) } }] },
  });
  expect(event?.exception?.values[0]?.stacktrace.frames.length).toBeGreaterThan(2);
  const all = envelopes.join('\n');
  expect(all).not.toMatch(/lovelace|ancienne|signing-secret|admin-token|sk_test/i);
  for (const key of ['request', 'user', 'breadcrumbs']) expect(event).not.toHaveProperty(key);
});

test('what many orders meet is one issue by its cause, reported once a minute', async () => {
  const raw = { type: 'invalid_request_error', code: 'parameter_invalid' };
  const refusal = (message: string) => new Stripe.errors.StripeInvalidRequestError({ ...raw, message } as never);
  const events = await reported((log) => {
    for (const since of [1, 2, 3]) log.error({ cause: 'stripe_key', since }, 'an alarm that stops many orders');
    log.error({ cause: 'stripe_permission', subject: 'rak_refund_write' }, 'an alarm that stops many orders');
    for (const order of ['H-1', 'H-2'])
      log.error({ err: refusal(`No such price for ${order}`), number: order }, 'Stripe refuses');
    log.error({ err: new MailError('invalid_api_key', 'mail_key') }, 'a mail failed');
    log.warn({ err: new Error('only a warning') }, 'not reported');
  });
  expect(events.map(({ fingerprint }) => fingerprint)).toEqual([
    ['alarm', 'stripe_key'],
    ['alarm', 'stripe_permission'],
    ['Stripe refuses', 'Error', 'parameter_invalid'],
    ['a mail failed', 'MailError', 'mail_key'],
  ]);
  expect(events[1]?.tags).toMatchObject({ cause: 'stripe_permission', subject: 'rak_refund_write' });
});

test('errors of ours are told apart by where they were thrown, whatever they say', async () => {
  function inOnePlace(text: string) {
    return new Error(text);
  }
  const inAnother = () => new Error('one');
  const events = await reported((log) => {
    log.error({ err: inOnePlace('one') }, 'request failed');
    log.error({ err: inOnePlace('two') }, 'request failed');
    log.error({ err: inAnother() }, 'request failed');
  });
  expect(events.map(({ fingerprint }) => fingerprint)).toEqual([
    ['request failed', 'Error', 'inOnePlace'],
    ['request failed', 'Error', 'inAnother'],
  ]);
});

test('a key that was disabled loses what is reported with it, and stops nothing; the next key reports again', async () => {
  const fail = (log: ReturnType<typeof createLogger>) => log.error({ err: new Error('broken') }, 'Failed');
  expect(await reported(fail, 'adisabledkey')).toEqual([]);
  expect(await reported(fail, 'thenextkey')).toHaveLength(1);
});

test('without SENTRY_DSN nothing is reported, and the SDK is not loaded', () => {
  expect(reportErrors(loadEnv(BARE), 'api')).toBeNull();
});

test('what is no DSN is refused at the start: the SDK would say nothing, and report nothing', () => {
  expect(() => loadEnv({ ...BARE, SENTRY_DSN: 'https://sentry.example/7' })).toThrow(
    /SENTRY_DSN must be a DSN of Sentry/,
  );
});

describe('a request that fails', () => {
  const QUERY = `?group=ADA-LOVELACE`;

  test.each([
    [500, new TypeError(`cannot read "Ada Lovelace" of ${EMAIL}`), ['request failed']],
    [503, new Problem('unavailable', 'Many shoppers at once.', { retryAfter: 3 }), []],
  ])('%i: its query, its cookies and its line stay here', async (status, error, messages) => {
    const reports = reportErrors(env(), 'api') as ErrorReports;
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLogger('api', env(), { onError: reports.tell, destination });
    const bare = await bareApi({}, { log, shown: { page: () => Promise.reject(error) } as never });
    try {
      const answer = bare.api.http.get(`/products${QUERY}`).set('cookie', 'staff=lovelace-session');
      await answer.expect(status);
    } finally {
      await bare.close();
    }
    await reports.stop();
    const own = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(own).toEqual([expect.objectContaining({ route: '/products', status, ms: expect.any(Number) })]);
    const all = envelopes.join('\n');
    expect(all).not.toMatch(/lovelace|group=|cookie|originalUrl|_header|http\/1/i);
    const events = envelopes.map((envelope) => JSON.parse(envelope.split('\n')[2] ?? '') as Event);
    expect(events.map(({ fingerprint }) => fingerprint[0])).toEqual(messages);
  });
});

test('a line is written whatever it holds, and what can be told of it is', async () => {
  const digits = '1764211234';
  const given = { ...env(), SIGNING_SECRET: [digits] as never };
  const reports = reportErrors(given, 'api') as ErrorReports;
  const log = createLogger('api', env(), { onError: reports.tell, destination: { write() {} } });
  log.error({ ours: 12n, stripes: Number(digits), sku: `of ${digits}`, other: 3n }, 'with big numbers');
  log.error({ ours: { toJSON: () => 1n } }, 'with what is no text');
  log.error({ err: Object.assign(new Error(), { name: { toJSON: () => 1n } }) }, 'with an error that is none');
  await reports.stop();
  const [event] = envelopes.map((envelope) => JSON.parse(envelope.split('\n')[2] ?? '') as Event);
  expect(event?.extra).toEqual({ ours: '12', stripes: '[removed]', sku: 'of [removed]', met: 1 });
});
