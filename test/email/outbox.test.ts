import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MailRequest } from '../../activities/mail/request';
import type { Env } from '../../platform/env';
import { createMailer } from '../../platform/mailer';
import { type Outbox, startOutbox } from '../../sandbox/outbox/server';
import { ENV, openShop, placeOrder } from './shop';

let shop: Awaited<ReturnType<typeof openShop>>;
let outbox: Outbox;
const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-outbox-'));
beforeAll(async () => {
  shop = await openShop();
  outbox = await startOutbox({ dataDir, apiKey: 're_sandbox' });
});
afterAll(async () => {
  await outbox.close();
  await shop.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const fault = (body: object) =>
  fetch(`${outbox.url}/api/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const mailsOf = async (order: string) => {
  const answer = await fetch(`${outbox.url}/api/mails?order=${order}`);
  return ((await answer.json()) as { data: { to: string[]; tags: object; html: string; text: string }[] }).data;
};

test('the outbox takes the mails of an order, each once, also when it answers 500 after it has taken one', async () => {
  const env = { ...ENV, RESEND_API_KEY: 're_sandbox', RESEND_BASE_URL: outbox.url } as Env;
  const { sendMails } = shop.activitiesWith({ mailer: createMailer(env) });
  const sessionId = await placeOrder(shop.db);
  const { number } = await shop.db.order.findUniqueOrThrow({ where: { sessionId } });
  const mails: MailRequest[] = [{ template: 'order_confirmation' }, { template: 'order_received' }];

  await fault({ times: 2, status: 500, after: true });
  await expect(sendMails({ sessionId, mails })).rejects.toMatchObject({ type: 'mail_failed', nonRetryable: false });
  await fault({ times: 1, status: 429 });
  await expect(sendMails({ sessionId, mails })).rejects.toMatchObject({ type: 'mail_failed', nonRetryable: false });
  await sendMails({ sessionId, mails });

  const found = await mailsOf(number);
  expect(
    found.map(({ to, tags }) => ({ to, tags })).sort((a, b) => (a.to[0] ?? '').localeCompare(b.to[0] ?? '')),
  ).toEqual([
    { to: ['ada@example.com'], tags: { template: 'order_confirmation', order: number } },
    { to: ['staff@fern.example'], tags: { template: 'order_received', order: number } },
  ]);
  const row = await shop.db.mail.findUniqueOrThrow({ where: { key: `order_confirmation/${sessionId}` } });
  expect(found).toContainEqual(expect.objectContaining({ html: row.html, text: row.text }));
  expect(row.status).toBe('SENT');
});
