import { createHmac } from 'node:crypto';
import type { Response } from 'supertest';
import { unsubscribeUrl } from '../../platform/links';
import { signaturesOf } from '../../platform/standard-webhooks';
import { type BareApi, bareApi, NOON } from './bare';

const secret = (letter: string) => `${letter.repeat(40)}`;
const [OLD, NEW] = [secret('o'), secret('n')];
const resendSecret = (letter: string) => `whsec_${letter.repeat(32)}`;

/** The variables of API processes, in the steps of docs/security.md, “Rolling a secret”. */
const STEPS: Record<string, { STRIPE: string; RESEND: string; SIGNING: string; tokens: string[] }> = {
  before: { STRIPE: 'whsec_o', RESEND: resendSecret('o'), SIGNING: OLD, tokens: [OLD] },
  both: {
    STRIPE: 'whsec_n,whsec_o',
    RESEND: [resendSecret('o'), resendSecret('n')].join(),
    SIGNING: `${OLD},${NEW}`,
    tokens: [OLD, NEW],
  },
  turned: {
    STRIPE: 'whsec_n,whsec_o',
    RESEND: [resendSecret('o'), resendSecret('n')].join(),
    SIGNING: `${NEW},${OLD}`,
    tokens: [OLD, NEW],
  },
  after: { STRIPE: 'whsec_n', RESEND: resendSecret('n'), SIGNING: NEW, tokens: [NEW] },
};

const started: BareApi[] = [];
const api: Record<string, BareApi> = {};
beforeAll(async () => {
  for (const [step, { STRIPE, RESEND, SIGNING, tokens }] of Object.entries(STEPS)) {
    const named = (suffix: string) => tokens.map((one) => `${one === OLD ? 'old' : 'new'}:${one}${suffix}`).join();
    const env = { STRIPE_WEBHOOK_SECRET: STRIPE, RESEND_WEBHOOK_SECRET: RESEND, SIGNING_SECRET: SIGNING };
    api[step] = await bareApi({ ...env, ADMIN_TOKENS: named('-staff'), STOREFRONT_KEYS: named('-shop') });
    started.push(api[step]);
  }
});
afterAll(() => Promise.all(started.map((one) => one.close())));

/** The status of a page, which has no code. */
const PAGE_REFUSED = 403;

/** Which of the steps take what is shown to them: a process of one step may run beside one of the next. */
async function takenBy(ask: (at: BareApi) => PromiseLike<Response>, code: string): Promise<string[]> {
  const steps = Object.entries(api);
  const answers = await Promise.all(steps.map(async ([step, at]) => [step, await ask(at)] as const));
  return answers.filter(([, { body, status }]) => body.code !== code && status !== PAGE_REFUSED).map(([step]) => step);
}

const [TO_THE_END, FROM_BOTH] = [
  ['before', 'both', 'turned'],
  ['both', 'turned', 'after'],
];

test.each([
  ['old', OLD, TO_THE_END],
  ['new', NEW, FROM_BOTH],
] as const)(
  'the %s tokens of staff and keys of storefronts are taken for as long as they stand in the list',
  async (_, given, steps) => {
    const admin = (at: BareApi) => at.api.http.get('/admin/orders').set('authorization', `Bearer ${given}-staff`);
    expect(await takenBy(admin, 'unauthorized')).toEqual(steps);
    const orders = (at: BareApi) =>
      at.api.http.get('/storefront/orders?userId=1').set('authorization', `Bearer ${given}-shop`);
    expect(await takenBy(orders, 'unauthorized')).toEqual(steps);
  },
);

test.each([
  ['old', 'o', TO_THE_END],
  ['new', 'n', FROM_BOTH],
] as const)('webhooks signed with the %s secret are taken while it is in the list', async (_, letter, steps) => {
  const body = JSON.stringify({ id: 'evt_1', object: 'event', type: 'customer.created', data: { object: {} } });
  const at = Math.floor(NOON / 1000);
  const signature = createHmac('sha256', `whsec_${letter}`).update(`${at}.${body}`).digest('hex');
  const stripe = (one: BareApi) =>
    one.api.http
      .post('/webhooks/stripe')
      .set({ 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` })
      .send(body);
  expect(await takenBy(stripe, 'invalid_signature')).toEqual(steps);

  const mail = JSON.stringify({
    type: 'email.sent',
    created_at: new Date(NOON).toISOString(),
    data: { email_id: '1' },
  });
  const delivery = { id: 'msg_1', timestamp: String(at) };
  const signed = signaturesOf({ ...delivery, body: mail }, [resendSecret(letter)]);
  const svix = { 'svix-id': delivery.id, 'svix-timestamp': delivery.timestamp, 'svix-signature': signed };
  const resend = (one: BareApi) =>
    one.api.http
      .post('/webhooks/resend')
      .set({ 'content-type': 'application/json', ...svix })
      .send(mail);
  expect(await takenBy(resend, 'invalid_signature')).toEqual(steps);
});

test('links that a process of one step writes are good in the step before and in the next', async () => {
  const followed = async (step: string) => {
    const link = new URL(unsubscribeUrl((api[step] as BareApi).env, 'ada@example.com'));
    return takenBy((at) => at.api.http.get(`${link.pathname}${link.search}`), 'link_invalid');
  };
  expect(await followed('before')).toEqual(TO_THE_END);
  expect(await followed('both')).toEqual(TO_THE_END);
  expect(await followed('turned')).toEqual(FROM_BOTH);
  expect(await followed('after')).toEqual(FROM_BOTH);
});
