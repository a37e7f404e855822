import type { ApplicationFailure } from '@temporalio/common';
import type { MailRequest } from '../../activities/mail/request';
import type { SessionId } from '../../domain/ids';
import { mailKey } from '../../domain/mail';
import type { MailOutcome } from '../../domain/mail-outcome';
import { correctContact } from '../../store/customers/contact';
import { eraseCustomer } from '../../store/customers/erase';
import { writeNotices } from '../../store/mails/notices';
import { recordOutcome } from '../../store/mails/outcomes';
import { markMails } from '../../store/mails/turn';
import { unsubscribedSince } from '../../store/mails/unsubscribed';
import { clearAttention, raiseAttention } from '../../store/orders/attention';
import { readUnreached } from '../../store/orders/records';
import { readSnapshot } from '../../store/orders/snapshot';
import { ENV, NOW, openShop, placeOrder } from './shop';

/** What the provider reports of a mail after it has accepted it. */

const confirmation: MailRequest = { template: 'order_confirmation' };
const received: MailRequest = { template: 'order_received' };

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop?.close());
/** The mails that the provider took in this test. Its ids are those of all tests, and never come twice. */
const taken = () => shop.resend.taken.slice(takenBefore);
let takenBefore = 0;
beforeEach(() => {
  takenBefore = shop.resend.taken.length;
});

const rowOf = (session: SessionId, mail: MailRequest) =>
  shop.db.mail.findUniqueOrThrow({ where: { key: mailKey(session, mail) } });
const timelineOf = (sessionId: SessionId) =>
  shop.db.timelineEntry.findMany({ where: { sessionId }, orderBy: { id: 'asc' } });
const failureOf = (sending: Promise<unknown>): Promise<ApplicationFailure> =>
  sending.then(
    () => Promise.reject(new Error('all were taken')),
    (error) => error as ApplicationFailure,
  );

let people = 0;
const place = async (change: Parameters<typeof placeOrder>[1] = {}) => {
  const address = `reported-${++people}@example.com`;
  const session = await placeOrder(shop.db, change, { email: address });
  const { number } = await orderOf(session);
  return { session, address, number };
};
type Placed = Awaited<ReturnType<typeof place>>;
const orderOf = (sessionId: SessionId) => shop.db.order.findUniqueOrThrow({ where: { sessionId } });
const attentionOf = async ({ session }: Placed) => {
  const { attentionStep, attentionReason } = await orderOf(session);
  return [attentionStep, attentionReason];
};
let seconds = 0;
const later = () => new Date(NOW + ++seconds * 1000);
const send = (mail: MailRequest, { session }: Placed) =>
  shop.activitiesWith({ clock: { now: () => later().getTime() } }).sendMails({ sessionId: session, mails: [mail] });
const reported = async (
  { session, address, number }: Placed,
  outcome: MailOutcome,
  {
    mail = confirmation,
    providerId,
    code = null,
  }: { mail?: MailRequest; providerId?: string; code?: string | null } = {},
) => {
  const row = await rowOf(session, mail);
  return recordOutcome(shop.db, {
    ...{ providerId: providerId ?? row.providerId ?? 'unknown', outcome, code, recipients: [address] },
    ...{ template: mail.template, orderNumber: number, at: later() },
  });
};
const BACK = 'The mail order_confirmation came back: the address does not exist, or takes no mails';
const CONTACT = ['contact', `${BACK}. Correct the address, then have it sent again`];
const NOTHING = [null, null];

test('a report stands in its row and once on the timeline, without the address, and calls staff, however often it comes', async () => {
  const order = await place();
  await send(confirmation, order);
  const answers = [];
  for (const outcome of ['DELAYED', 'BOUNCED', 'BOUNCED', 'DELAYED'] as const)
    answers.push(await reported(order, outcome, { code: outcome === 'BOUNCED' ? 'Permanent/General' : null }));
  expect(answers.map((answer) => answer?.isNews)).toEqual([true, true, false, false]);
  expect(answers[1]).toMatchObject({ sessionId: order.session, template: 'order_confirmation', toStaff: false });
  expect(await rowOf(order.session, confirmation)).toMatchObject({
    ...{ status: 'SENT', outcome: 'BOUNCED', outcomeCode: 'Permanent/General' },
  });
  const messages = (await timelineOf(order.session)).map(({ message }) => message);
  expect(messages).toEqual([
    'Order confirmation sent to the customer',
    'The mail order_confirmation is delayed: the receiving server has not taken it yet',
    BACK,
  ]);
  expect(JSON.stringify(messages)).not.toContain('@');
  expect(await attentionOf(order)).toEqual(CONTACT);
  expect((await readUnreached(shop.db, order.session))?.reason).toBe(CONTACT[1]);
  expect((await readSnapshot(shop.db, order.session)).mails).toMatchObject([{ state: 'returned' }]);
});

test('a bounce stops further mails until staff correct the address', async () => {
  const order = await place();
  await send(confirmation, order);
  await reported(order, 'BOUNCED', { code: 'Permanent/General' });
  const refund: MailRequest = { template: 'payment_processing' };
  await shop.db.order.update({ where: { sessionId: order.session }, data: { paymentStatus: 'PROCESSING' } });
  const failure = await failureOf(send(refund, order));
  expect(failure).toMatchObject({ type: 'mail_refused', message: 'Not taken: payment_processing (address_bounced)' });
  await send(received, order); // to staff
  expect(taken().map(({ body: { to } }) => to)).toEqual([order.address, ENV.STAFF_EMAIL]);

  const next = await place();
  await shop.db.customer.update({ where: { sessionId: next.session }, data: { email: order.address } });
  await failureOf(send(confirmation, next)); // of another order, to the same address
  expect((await orderOf(next.session)).attentionReason).toContain('address_bounced');

  const email = `new-${order.address}`;
  const by = { sessionId: order.session, key: 'contact/1', address: null, actor: 'ada', at: later() };
  await correctContact(shop.db, { ...by, email });
  expect(await readUnreached(shop.db, order.session)).toMatchObject({ reason: expect.stringContaining('given up') });
  await send({ ...refund, again: 'k' }, order);
  expect(taken().at(-1)?.body.to).toBe(email);
  expect(await attentionOf(order)).toEqual(NOTHING);
});

test('a bounce stops further mails until staff send one on purpose; then they go, unless that one comes back, too', async () => {
  const order = await place();
  await send(confirmation, order);
  await reported(order, 'BOUNCED');
  const again = { ...confirmation, again: 'k' };
  await send(again, order);
  expect(await attentionOf(order)).toEqual(NOTHING);
  await shop.db.order.update({ where: { sessionId: order.session }, data: { paymentStatus: 'PROCESSING' } });
  await send({ template: 'payment_processing' }, order);
  expect(taken()).toHaveLength(3);
  await reported(order, 'BOUNCED', { mail: again, code: 'suppressed' });
  expect(await attentionOf(order)).toEqual([
    'contact',
    'The mail order_confirmation came back: earlier mails to the address came back, so the provider sends it none. Correct the address, then have it sent again',
  ]);
  await failureOf(send({ ...confirmation, episode: 2 }, order));
  expect(taken()).toHaveLength(3);
});

test('a full mailbox calls staff, and stops nothing', async () => {
  const order = await place();
  await send(confirmation, order);
  await reported(order, 'UNDELIVERED', { code: 'Transient/MailboxFull' });
  expect((await attentionOf(order))[0]).toBe('contact');
  await send({ ...confirmation, episode: 2 }, order);
  expect(taken()).toHaveLength(2);
  expect(await attentionOf(order)).toEqual(NOTHING);
});

test('a report may come before the answer to the request that sent it, and is then not taken for reached', async () => {
  const order = await place();
  shop.resend.next('taken-but-lost');
  await failureOf(send(confirmation, order));
  await reported(order, 'BOUNCED', { providerId: 'mail_unknown_here', code: 'Permanent/General' });
  expect(await attentionOf(order)).toEqual(CONTACT);
  const other = await place();
  shop.resend.next('taken-but-lost');
  await failureOf(send(confirmation, other));
  await reported(other, 'BOUNCED', { providerId: 'mail_unknown_here', code: 'Permanent/General' });
  const { key } = await rowOf(other.session, confirmation);
  const sent = [{ key, providerId: 'mail_known', message: 'sent' }];
  await markMails(shop.db, { sessionId: other.session, sent, failed: [], at: later() });
  expect(await attentionOf(other)).toEqual(CONTACT);
});

test('a report keeps the reason of an order that needs attention for another cause, and is shown once that is done', async () => {
  const order = await place();
  await send(confirmation, order);
  await raiseAttention(shop.db, { sessionId: order.session, step: 'confirm', reason: 'it differs', at: later() });
  await reported(order, 'COMPLAINED');
  expect(await attentionOf(order)).toEqual(['confirm', 'it differs']);
  await clearAttention(shop.db, { sessionId: order.session, at: later() });
  expect((await attentionOf(order))[1]).toMatch(/^The mail order_confirmation was reported as spam by its reader\. /);
});

test('a report of a mail about an expired checkout calls nobody; a complaint unsubscribes, and purchases are still confirmed', async () => {
  const expired: MailRequest = { template: 'checkout_expired' };
  const unpaid = {
    status: 'EXPIRED',
    paymentStatus: 'UNPAID',
    recoverableUntil: new Date(NOW + 86_400_000),
  } as const;
  const [bounced, complained] = [await place(unpaid), await place(unpaid)];
  for (const [order, outcome] of [[bounced, 'BOUNCED'] as const, [complained, 'COMPLAINED'] as const]) {
    await send(expired, order);
    await reported(order, outcome, { mail: expired });
    expect([await attentionOf(order), await readUnreached(shop.db, order.session)]).toEqual([NOTHING, null]);
  }
  expect(await unsubscribedSince(shop.db, complained.address)).toEqual(expect.any(Date));
  expect(await unsubscribedSince(shop.db, bounced.address)).toBeNull();
  const next = await place(unpaid);
  await shop.db.customer.update({ where: { sessionId: next.session }, data: { email: bounced.address } });
  await send(expired, next);
  expect((await timelineOf(next.session)).map(({ message }) => message)).toEqual([
    'Expired checkout notice not sent: mails to this address come back',
  ]);
  expect(taken()).toHaveLength(2);
  const bought = await place();
  await shop.db.customer.update({ where: { sessionId: bought.session }, data: { email: complained.address } });
  await send(confirmation, bought);
  expect(taken()).toHaveLength(3);
});

test('a complaint about a mail that something is back unsubscribes its reader, and purchases are still confirmed', async () => {
  const bought = await place();
  const recipient = bought.address;
  const mail = { template: 'back_in_stock', audience: 'CUSTOMER', subject: 's', html: 'h', text: 't' } as const;
  const row = { ...mail, key: 'back_in_stock/1', recipient, status: 'SENT', providerId: 'notice_1' } as const;
  await shop.db.mail.create({ data: { ...row, createdAt: new Date(NOW), sentAt: new Date(NOW) } });
  const about = { code: null, recipients: [recipient], template: null, orderNumber: null, at: later() };
  await recordOutcome(shop.db, { providerId: 'notice_1', outcome: 'COMPLAINED', ...about });
  expect(await unsubscribedSince(shop.db, recipient)).toEqual(expect.any(Date));
  await send(confirmation, bought);
  expect(taken()).toHaveLength(1);
  const notices = [recipient, 'other@waits.example'].map((to, n) => ({
    key: `n/${n}`,
    recipient: to,
    subject: 's',
    html: 'h',
    text: 't',
  }));
  await shop.db.$transaction((tx) => writeNotices(tx, { template: 'back_in_stock', mails: notices, at: later() }));
  const written = await shop.db.mail.findMany({ where: { key: { startsWith: 'n/' } } });
  expect(written.map((one) => one.recipient)).toEqual(['other@waits.example']);
});

test('a report of a mail that is not ours is nothing; of one to an erased customer it stays a code', async () => {
  const order = await place({ status: 'COMPLETED' });
  await send(confirmation, order);
  const report = { providerId: 'of another app', outcome: 'BOUNCED', code: null, at: later() } as const;
  const elsewhere = { ...report, template: 'order_confirmation', orderNumber: order.number };
  expect(await recordOutcome(shop.db, { ...report, recipients: [], template: null, orderNumber: null })).toBeNull();
  expect(await recordOutcome(shop.db, { ...elsewhere, recipients: [order.address] })).toBeNull();
  await eraseCustomer(shop.db, { sessionId: order.session, actor: 'ada', at: later() });
  expect(await reported(order, 'BOUNCED')).toMatchObject({ isNews: true });
  expect(await attentionOf(order)).toEqual(NOTHING);
});
