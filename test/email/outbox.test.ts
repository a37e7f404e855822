import { rmSync } from 'node:fs';
import type { MailRequest } from '../../activities/mail/request';
import { LANGUAGES } from '../../domain/locale';
import { TEMPLATES } from '../../emails';
import type { Env } from '../../platform/env';
import { createMailer } from '../../platform/mailer';
import { type Outbox, startOutbox } from '../../sandbox/outbox/server';
import { newFolder } from '../support/folder';
import { ENV, openShop, placeOrder } from './shop';

let shop: Awaited<ReturnType<typeof openShop>>;
let outbox: Outbox;
const dataDir = newFolder('outbox');
beforeAll(async () => {
  shop = await openShop();
  outbox = await startOutbox({ dataDir, apiKeys: ['re_sandbox'] });
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

const read = async (path: string) => {
  const answer = await fetch(`${outbox.url}${path}`);
  return { status: answer.status, policy: answer.headers.get('content-security-policy'), text: await answer.text() };
};

test('the outbox shows a mail in light and in dark colours, and as text', async () => {
  const env = { ...ENV, RESEND_API_KEY: 're_sandbox', RESEND_BASE_URL: outbox.url } as Env;
  const { send } = createMailer(env);
  const text = 'Hello <you>';
  const html = '<html><head><style>@media (prefers-color-scheme: dark) { p { color: red } }</style></head></html>';
  await send({ key: 'a', to: 'ada@example.com', subject: 'Hello', html, text, tags: { template: 'x', order: '1' } });
  const [mail] = ((await (await fetch(`${outbox.url}/api/mails?template=x`)).json()) as { data: { id: string }[] })
    .data;
  const page = await read(`/mails/${mail?.id}`);
  expect(page.text).toContain('<pre class="text">Hello &lt;you&gt;</pre>');
  for (const [address, media] of [
    [`/mails/${mail?.id}/html`, '@media not all {'],
    [`/mails/${mail?.id}/html?dark`, '@media all {'],
  ] as const) {
    expect(page.text).toContain(`src="${address}"`);
    const shown = await read(address);
    expect(shown.text).toContain(media);
    expect(shown.text).toContain('<head><base target="_blank">');
    expect(shown.policy).toMatch(/^sandbox /);
  }
});

test('the preview lists every template, and shows each case in its languages, light, dark and as text', async () => {
  const { text: list } = await read('/templates');
  expect((await read('/')).text).toContain('<a href="/templates">');
  for (const template of Object.keys(TEMPLATES)) expect(list).toContain(`<code>${template}</code>`);
  const addresses = [...list.matchAll(/href="(\/templates\/[^"]+)"/g)].map(([, address]) => address as string);
  for (const template of ['order_confirmation', 'checkout_expired', 'withdrawal_received'])
    for (const language of LANGUAGES)
      expect(addresses).toContainEqual(
        expect.stringMatching(new RegExp(`^/templates/${template}/[\\w-]+/${language}$`)),
      );
  for (const address of addresses) {
    const page = await read(address);
    expect([address, page.status]).toEqual([address, 200]);
    expect(page.text).toContain('<pre class="text">Field &amp; Fern');
    for (const [colours, media] of [
      ['', '@media not all {'],
      ['?dark', '@media all {'],
    ]) {
      expect(page.text).toContain(`src="${address}/html${colours}"`);
      expect((await read(`${address}/html${colours}`)).text).toContain(media);
    }
  }
  for (const wrong of ['order_confirmation/free/fr', 'order_received/usual/de', 'nothing/usual/en', 'constructor/x/en'])
    expect((await read(`/templates/${wrong}`)).status).toBe(404);
});
