import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { tendAccount } from '../../activities/account/tend';
import { emailAgain } from '../../activities/mail/again';
import type { MailRequest } from '../../activities/mail/request';
import type { SessionId } from '../../domain/ids';
import { mailKey } from '../../domain/mail';
import { addressHash, downloadUrl, recoveryUrl, unsubscribeUrl } from '../../platform/links';
import { MailError } from '../../platform/mailer';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { readOwedMails } from '../../store/mails/owed';
import { unsubscribe } from '../../store/mails/unsubscribed';
import { clearAttention, decide, raiseAttention } from '../../store/orders/attention';
import { readSnapshot } from '../../store/orders/snapshot';
import { moveStock } from '../../store/stock/shelves';
import { countLowStock } from '../../store/stock/warnings';
import { ENV, NOW, openShop, placeOrder } from './shop';

const confirmation: MailRequest = { template: 'order_confirmation' };
const received: MailRequest = { template: 'order_received' };

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
beforeEach(() => {
  shop.resend.taken.length = 0;
  shop.resend.requests.length = 0;
});

const rowOf = (session: SessionId, mail: MailRequest) =>
  shop.db.mail.findUniqueOrThrow({ where: { key: mailKey(session, mail) } });
const timelineOf = async (session: SessionId) =>
  (await shop.db.timelineEntry.findMany({ where: { sessionId: session }, orderBy: { id: 'asc' } })).map(
    ({ type, message, key }) => ({ type, message, key }),
  );
const failureOf = (sending: Promise<unknown>): Promise<ApplicationFailure> =>
  sending.then(
    () => Promise.reject(new Error('all were taken')),
    (error) => error as ApplicationFailure,
  );

test('the mails of a turn go to the customer and to staff, with key, tags, row and timeline', async () => {
  const session = await placeOrder(shop.db);
  await shop.sendMails({ sessionId: session, mails: [confirmation, received] });

  const { number } = await shop.db.order.findUniqueOrThrow({ where: { sessionId: session } });
  const sent = shop.resend.taken.map(({ key, body: { to, tags } }) => ({ key, to, tags }));
  expect(sent).toHaveLength(2);
  expect(sent).toEqual(
    expect.arrayContaining(
      [
        ['order_confirmation', 'ada@example.com'],
        ['order_received', 'staff@fern.example'],
      ].map(([template, to]) => ({
        key: `${template}/${session}`,
        to,
        tags: [
          { name: 'template', value: template },
          { name: 'order', value: number },
        ],
      })),
    ),
  );
  await expect(rowOf(session, confirmation)).resolves.toMatchObject({
    status: 'SENT',
    attempts: 1,
    providerId: expect.stringMatching(/^mail_/),
    sentAt: new Date(NOW),
    lastError: null,
  });
  const timeline = await timelineOf(session);
  expect(timeline).toContainEqual({
    type: 'mail',
    message: 'Order confirmation sent to the customer',
    key: `mail/order_confirmation/${session}`,
  });
  expect(JSON.stringify(timeline)).not.toContain('@');
});

test('the order that its workflow reads says where the latest mails are, whoever sent them', async () => {
  const session = await placeOrder(shop.db, { lostAmount: 5 });
  expect((await readSnapshot(shop.db, session)).mails).toBeUndefined();
  await shop.sendMails({ sessionId: session, mails: [confirmation] });
  const refused = { answer: 422, name: 'validation_error' } as const;
  shop.resend.next(refused, 'staff@fern.example');
  await failureOf(shop.sendMails({ sessionId: session, mails: [received] }));
  const waits = { template: 'order_shipped', ref: '1' } as const;
  const row = { key: mailKey(session, waits), template: waits.template, status: 'WRITTEN', attempts: 1 } as const;
  const blank = { audience: 'CUSTOMER', recipient: '', subject: '', html: '', text: '' } as const;
  await shop.db.mail.create({
    data: { ...row, ...blank, sessionId: session, createdAt: new Date(NOW + 1), nextTryAt: new Date(NOW + 2) },
  });
  expect(await readSnapshot(shop.db, session)).toMatchObject({
    lostAmount: 5,
    mails: [
      { key: mailKey(session, confirmation), template: 'order_confirmation', state: 'sent', at: NOW },
      { key: mailKey(session, received), template: 'order_received', state: 'given_up', at: NOW },
      { key: row.key, template: row.template, state: 'waiting', at: NOW + 1 },
    ],
  });
});

test('asked for again, nothing goes again', async () => {
  const session = await placeOrder(shop.db);
  for (let turn = 0; turn < 3; turn++) await shop.sendMails({ sessionId: session, mails: [confirmation, received] });
  expect(shop.resend.requests).toHaveLength(2);
  expect((await timelineOf(session)).filter(({ type }) => type === 'mail')).toHaveLength(2);
});

test('a try after a lost answer sends the very same bytes, though the order has changed, and no second mail', async () => {
  const session = await placeOrder(shop.db);
  shop.resend.next('taken-but-lost');
  await expect(failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] }))).resolves.toMatchObject({
    type: 'mail_failed',
    nonRetryable: false,
  });
  await expect(rowOf(session, confirmation)).resolves.toMatchObject({ status: 'WRITTEN', attempts: 1 });

  await shop.db.order.update({ where: { sessionId: session }, data: { total: 1, refunded: 1, locale: 'de' } });
  await shop.db.customer.update({ where: { sessionId: session }, data: { name: 'Somebody Else' } });
  await shop.sendMails({ sessionId: session, mails: [confirmation] });

  const [first, second] = shop.resend.requests;
  expect(second).toEqual(first);
  expect(shop.resend.taken).toHaveLength(1);
  await expect(rowOf(session, confirmation)).resolves.toMatchObject({ status: 'SENT', attempts: 2 });
});

test('a mail whose answer was lost for more than a day goes under the same Message-ID', async () => {
  const session = await placeOrder(shop.db);
  shop.resend.next('taken-but-lost');
  await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] }));
  shop.resend.forgetKeys();
  await shop.sendMails({ sessionId: session, mails: [confirmation] });
  const [first, second] = shop.resend.taken.map(({ body }) => body.headers as Record<string, string>);
  expect(first?.['Message-ID']).toMatch(/^<.+@fern\.example>$/);
  expect(second).toEqual(first);
});

test('two runs at once make one mail', async () => {
  const session = await placeOrder(shop.db);
  const letGo = shop.resend.holdBack();
  const runs = [1, 2].map(() => shop.sendMails({ sessionId: session, mails: [confirmation] }));
  const ends = Promise.allSettled(runs);
  // One is under way at Resend; the other is told so, and comes again.
  await Promise.race(runs).catch((error) => expect(error).toMatchObject({ type: 'mail_failed', nonRetryable: false }));
  letGo();
  const failed = (await ends).filter(({ status }) => status === 'rejected');
  expect(failed).toHaveLength(1);
  await shop.sendMails({ sessionId: session, mails: [confirmation] });
  expect(shop.resend.taken).toHaveLength(1);
  expect(shop.resend.requests).toHaveLength(2);
  expect(shop.resend.requests[0]).toEqual(shop.resend.requests[1]);
  expect(await shop.db.mail.count({ where: { sessionId: session } })).toBe(1);
  await expect(rowOf(session, confirmation)).resolves.toMatchObject({ status: 'SENT' });
});

test('a mail that is refused keeps no other back, and is given up', async () => {
  const session = await placeOrder(shop.db);
  shop.resend.next(
    { answer: 422, name: 'validation_error', message: 'Invalid `to` field: ada@example.com' },
    'ada@example.com',
  );
  const failure = await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation, received] }));
  expect(failure).toMatchObject({
    type: 'mail_refused',
    nonRetryable: true,
    message: 'Not taken: order_confirmation (validation_error)',
  });
  await expect(rowOf(session, confirmation)).resolves.toMatchObject({
    status: 'GIVEN_UP',
    lastError: 'validation_error',
  });
  await expect(rowOf(session, received)).resolves.toMatchObject({ status: 'SENT' });
  await expect(timelineOf(session)).resolves.toContainEqual({
    type: 'mail',
    message: 'Order confirmation given up: validation_error',
    key: `mail/order_confirmation/${session}/given-up`,
  });

  await shop.sendMails({ sessionId: session, mails: [confirmation, received] });
  expect(shop.resend.requests).toHaveLength(2);
});

test.each([
  ['written', "CHECK (template <> 'order_received') NOT VALID"],
  ['marked', "CHECK (template <> 'order_received' OR status <> 'SENT') NOT VALID"],
])('one that cannot be %s keeps no other back, and none other goes twice', async (_what, check) => {
  const session = await placeOrder(shop.db);
  const turn = { sessionId: session, mails: [confirmation, received] };
  await shop.db.$executeRawUnsafe(`ALTER TABLE mails ADD CONSTRAINT bad ${check}`);
  for (let tries = 0; tries < 2; tries++) await failureOf(shop.sendMails(turn));
  expect(await rowOf(session, confirmation)).toMatchObject({ status: 'SENT' });
  const keys = shop.resend.requests.map(({ key }) => key);
  expect(keys.filter((key) => key === mailKey(session, confirmation))).toHaveLength(1);
  await shop.db.$executeRawUnsafe('ALTER TABLE mails DROP CONSTRAINT bad');
  await shop.sendMails(turn);
  expect(await rowOf(session, received)).toMatchObject({ status: 'SENT' });
});

test('while one can still be tried, a refusal waits for it and is then told', async () => {
  const session = await placeOrder(shop.db);
  const refuse = () => shop.resend.next({ answer: 422, name: 'validation_error' }, 'ada@example.com');
  refuse();
  shop.resend.next({ answer: 429, name: 'rate_limit_exceeded', retryAfter: 9 }, 'staff@fern.example');
  await expect(
    failureOf(shop.sendMails({ sessionId: session, mails: [confirmation, received] })),
  ).resolves.toMatchObject({
    type: 'mail_failed',
    nonRetryable: false,
    nextRetryDelay: 9_000,
  });
  refuse();
  await expect(
    failureOf(shop.sendMails({ sessionId: session, mails: [confirmation, received] })),
  ).resolves.toMatchObject({
    type: 'mail_refused',
    nonRetryable: true,
  });
  await expect(rowOf(session, received)).resolves.toMatchObject({ status: 'SENT' });
});

test('given up by the workflow, a mail rests, and a sent one stays sent', async () => {
  const session = await placeOrder(shop.db);
  await shop.sendMails({ sessionId: session, mails: [received] });
  shop.resend.next({ answer: 500, name: 'internal_server_error' });
  await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] }));
  for (let turn = 0; turn < 2; turn++) await shop.giveUpMails({ sessionId: session, mails: [confirmation, received] });
  await expect(rowOf(session, confirmation)).resolves.toMatchObject({ status: 'GIVEN_UP' });
  await expect(rowOf(session, received)).resolves.toMatchObject({ status: 'SENT' });
  const told = (await timelineOf(session)).map(({ message }) => message);
  expect(told).toEqual(['New order notice sent to staff', 'Order confirmation given up: internal_server_error']);
});

describe('a mail that could not be sent for a day', () => {
  const orderOf = (sessionId: SessionId) => shop.db.order.findUniqueOrThrow({ where: { sessionId } });
  const late: MailRequest = { template: 'dispute_deadline', ref: 'du_1', episode: 1 };

  test.each([
    ['to the customer', confirmation, 'Order confirmation'],
    ['to staff', received, 'New order notice'],
  ])('%s calls staff to send it again, and says nothing of the address', async (_, mail, title) => {
    const session = await placeOrder(shop.db);
    shop.resend.next({ answer: 429, name: 'rate_limit_exceeded' });
    await failureOf(shop.sendMails({ sessionId: session, mails: [mail] }));
    for (let turn = 0; turn < 2; turn++) await shop.giveUpMails({ sessionId: session, mails: [mail], lost: true });
    expect(await orderOf(session)).toMatchObject({
      attentionStep: 'mail-lost',
      attentionReason: `${title} could not be sent for a day: rate_limit_exceeded. Send it again, if it is still true (resend-email)`,
    });
    expect(await decide(shop.db, { sessionId: session, actor: 'staff', at: new Date(NOW) })).toBe('mail-lost');
    expect(await orderOf(session)).toMatchObject({ attentionStep: null });
  });

  test('leaves a trace even if nobody was there to write it, and none if it was no longer true', async () => {
    const session = await placeOrder(shop.db);
    const untrue: MailRequest = { template: 'dispute_opened', ref: 'du_none', episode: 1 };
    await shop.sendMails({ sessionId: session, mails: [untrue] });
    await shop.giveUpMails({ sessionId: session, mails: [untrue], lost: true });
    expect(await orderOf(session)).toMatchObject({ attentionStep: null });
    for (let turn = 0; turn < 2; turn++) await shop.giveUpMails({ sessionId: session, mails: [late], lost: true });
    expect(await orderOf(session)).toMatchObject({
      attentionStep: 'mail-lost',
      attentionReason: expect.stringContaining('could not be sent for a day: it was never tried'),
    });
    expect((await timelineOf(session)).filter(({ key }) => key.endsWith('/lost'))).toHaveLength(1);
  });
});

describe('a mail about an expired checkout', () => {
  const expired: MailRequest = { template: 'checkout_expired' };
  let people = 0;
  const placeExpired = async () => {
    const address = `late-${++people}@example.com`;
    const change = {
      status: 'EXPIRED',
      paymentStatus: 'UNPAID',
      recoverableUntil: new Date(NOW + 86_400_000),
    } as const;
    return { session: await placeOrder(shop.db, change, { email: address }), address };
  };
  const unsubscribed = (address: string) => unsubscribe(shop.db, { hash: addressHash(address), at: new Date(NOW) });
  const unsentOf = async (session: SessionId) =>
    (await timelineOf(session)).filter(({ key }) => key.endsWith('/unsent')).map(({ message }) => message);
  const REFUSED = 'Expired checkout notice not sent: the customer has unsubscribed from them';
  afterEach(() => shop.db.shop.deleteMany());

  test('says in its text and its headers how to have no more of them; a mail about a purchase does not', async () => {
    const { session, address } = await placeExpired();
    await shop.sendMails({ sessionId: session, mails: [expired] });
    const link = unsubscribeUrl(ENV, address);
    const [sent] = shop.resend.taken;
    expect(sent?.body.text.replace(/\s+/g, ' ')).toContain(`Unsubscribe from reminders: ${link}`);
    expect(sent?.body.headers).toMatchObject({ 'List-Unsubscribe': `<${link}>` });
    await shop.sendMails({ sessionId: await placeOrder(shop.db), mails: [confirmation] });
    const bought = JSON.stringify(shop.resend.taken[1]?.body);
    expect(bought).toContain('Field');
    expect(bought).not.toMatch(/unsubscribe/i);
  });

  test('is not sent while the shop has turned them off, except by hand', async () => {
    const { session } = await placeExpired();
    await shop.db.shop.create({ data: { settings: { recoveryMails: false }, updatedAt: new Date(NOW) } });
    await shop.sendMails({ sessionId: session, mails: [expired] });
    expect(shop.resend.requests).toEqual([]);
    expect(await unsentOf(session)).toEqual(['Expired checkout notice not sent: the shop has turned these mails off']);
    expect(await readOwedMails(shop.db, [session])).toEqual([]);
    await shop.sendMails({ sessionId: session, mails: [{ ...expired, again: 'k' }] });
    expect(shop.resend.taken).toHaveLength(1);
  });

  test('is not sent to an address that has unsubscribed, in any case, nor by hand; what it buys is confirmed', async () => {
    const { session, address } = await placeExpired();
    await unsubscribed(address.toUpperCase());
    await shop.sendMails({ sessionId: session, mails: [expired, { ...expired, again: 'k' }] });
    expect(shop.resend.requests).toEqual([]);
    expect(await unsentOf(session)).toEqual([REFUSED, REFUSED]);
    const request = { sessionId: session, template: 'checkout_expired', key: 'again' } as const;
    expect(await emailAgain(shop.deps).pickMail(request)).toEqual({
      number: expect.any(String),
      outcome: 'refused',
      reason: 'The customer has unsubscribed from mails about expired checkouts',
    });
    await shop.sendMails({ sessionId: await placeOrder(shop.db, {}, { email: address }), mails: [confirmation] });
    expect(shop.resend.taken).toHaveLength(1);
  });

  test('that has not gone out yet is dropped when its reader unsubscribes, and no other', async () => {
    const [one, other] = [await placeExpired(), await placeExpired()];
    for (const { session } of [one, other]) {
      shop.resend.next({ answer: 429, name: 'rate_limit_exceeded' });
      await failureOf(shop.sendMails({ sessionId: session, mails: [expired] }));
    }
    for (let times = 0; times < 2; times++) await unsubscribed(one.address);
    expect(await rowOf(one.session, expired)).toMatchObject({ status: 'GIVEN_UP' });
    expect(await unsentOf(one.session)).toEqual([REFUSED]);
    await shop.sendMails({ sessionId: one.session, mails: [expired] });
    await shop.sendMails({ sessionId: other.session, mails: [expired] });
    expect(shop.resend.taken.map(({ body: { to } }) => to)).toEqual([other.address]);
    expect(await shop.db.order.findUnique({ where: { sessionId: one.session } })).toMatchObject({
      attentionStep: null,
    });
  });
});

describe('a customer who cannot be written to', () => {
  const flagOf = async (session: SessionId) =>
    shop.db.order.findUniqueOrThrow({
      where: { sessionId: session },
      select: { attentionStep: true, attentionReason: true },
    });
  const flagged = {
    attentionStep: 'contact',
    attentionReason: 'Order confirmation given up: validation_error. Correct the address, then have it sent again',
  };
  const refuse = () => shop.resend.next({ answer: 422, name: 'validation_error' });
  const unflagged = { attentionStep: null, attentionReason: null };

  test('is in sight of staff until a mail goes out to them, and only then', async () => {
    const session = await placeOrder(shop.db);
    refuse();
    await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] }));
    expect(await flagOf(session)).toEqual(flagged);
    await shop.sendMails({ sessionId: session, mails: [received] }); // to staff: that says nothing of the customer
    expect(await flagOf(session)).toEqual(flagged);
    await shop.sendMails({ sessionId: session, mails: [{ ...confirmation, again: 'k1' }] });
    expect(await flagOf(session)).toEqual(unflagged);
  });

  test('takes the place of the mail that was stuck, and outlives the flag of that', async () => {
    const session = await placeOrder(shop.db);
    const stuck = { attentionStep: 'mail', attentionReason: 'It took too long', attentionSince: new Date() };
    await shop.db.order.update({ where: { sessionId: session }, data: stuck });
    refuse();
    await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] }));
    expect(await flagOf(session)).toEqual(flagged);
    await clearAttention(shop.db, { sessionId: session, at: new Date() }); // as the workflow does when it stops trying
    expect(await flagOf(session)).toEqual(flagged);
  });

  test('neither hides what needs staff already, nor ends it', async () => {
    const differs = { attentionStep: 'confirm', attentionReason: 'the total is 1, explained 2' };
    const session = await placeOrder(shop.db, { ...differs, attentionSince: new Date(NOW) });
    refuse();
    await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] }));
    await shop.sendMails({ sessionId: session, mails: [{ ...confirmation, again: 'k1' }] });
    expect(await flagOf(session)).toEqual(differs);
  });

  test.each(['before', 'after'])('is in sight again once a step that parked %s it goes on', async (when) => {
    const session = await placeOrder(shop.db);
    const at = new Date(NOW);
    const park = () => raiseAttention(shop.db, { sessionId: session, step: 'confirm', reason: 'Stripe is away', at });
    if (when === 'before') await park();
    refuse();
    await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] }));
    if (when === 'after') await park();
    expect(await flagOf(session)).toMatchObject({ attentionStep: 'confirm' });
    await clearAttention(shop.db, { sessionId: session, at });
    expect(await flagOf(session)).toEqual(flagged);

    await park(); // and a mail reaches the customer meanwhile
    const later = shop.activitiesWith({ clock: { now: () => NOW + 1 } });
    await later.sendMails({ sessionId: session, mails: [{ ...confirmation, again: 'k2' }] });
    await clearAttention(shop.db, { sessionId: session, at });
    expect(await flagOf(session)).toEqual(unflagged);
  });

  test('is none, where it is staff who cannot be', async () => {
    const session = await placeOrder(shop.db);
    refuse();
    await failureOf(shop.sendMails({ sessionId: session, mails: [received] }));
    expect(await flagOf(session)).toEqual(unflagged);
  });
});

test('a customer who is erased while a mail is being written gets none, and it is not kept', async () => {
  const session = await placeOrder(shop.db);
  const erasing = shop.activitiesWith({ db: erasingAfterRead(shop.db, session) });
  await failureOf(erasing.sendMails({ sessionId: session, mails: [confirmation] }));
  expect(await shop.db.mail.count({ where: { sessionId: session } })).toBe(0);
  await shop.sendMails({ sessionId: session, mails: [confirmation] });
  expect(shop.resend.requests).toHaveLength(0);
});

/**
 * A database in which the customer is erased right after the order was read for a mail: the first statement of a
 * turn.
 */
const erasingAfterRead = (db: Db, session: SessionId): Db => {
  let isFirst = true;
  return db.$extends({
    query: {
      async $queryRaw({ args, query }) {
        const answer = await query(args);
        if (!isFirst) return answer;
        isFirst = false;
        const nobody = { email: null, name: null, userId: null, address: Prisma.DbNull, erasedAt: new Date(NOW) };
        await db.customer.update({ where: { sessionId: session }, data: nobody });
        return answer;
      },
    },
  }) as unknown as Db;
};

test('without an address there is no mail and no row, and the timeline says so', async () => {
  const unpaid = { status: 'EXPIRED', paymentStatus: 'UNPAID', stock: 'RELEASED' } as const;
  for (const customer of [null, { email: null, userId: 'user-1' }]) {
    const session = await placeOrder(shop.db, unpaid, customer);
    const answer = await shop.sendMails({ sessionId: session, mails: [{ template: 'checkout_expired' }] });
    expect(answer).toEqual({ waiting: [], unsent: [mailKey(session, { template: 'checkout_expired' })] });
    expect(await shop.db.mail.count({ where: { sessionId: session } })).toBe(0);
    await expect(timelineOf(session)).resolves.toEqual([
      expect.objectContaining({ message: 'Expired checkout notice not sent: no e-mail address is known' }),
    ]);
  }
  expect(shop.resend.requests).toHaveLength(0);
});

test('“nothing was charged” is not said once something was', async () => {
  const session = await placeOrder(shop.db, { paymentStatus: 'PAID' });
  await shop.sendMails({ sessionId: session, mails: [{ template: 'checkout_expired' }] });
  expect(shop.resend.requests).toHaveLength(0);
  await expect(timelineOf(session)).resolves.toEqual([
    expect.objectContaining({ message: 'Expired checkout notice not sent: it was no longer true' }),
  ]);
});

test('an address that a stranger may have typed gets a few mails about expired checkouts a day, in any case', async () => {
  const recoverableUntil = new Date(NOW + 30 * 86_400_000);
  const unpaid = { status: 'EXPIRED', paymentStatus: 'UNPAID', stock: 'RELEASED', recoverableUntil } as const;
  const expire = async (address: string) => {
    const session = await placeOrder(shop.db, unpaid, { email: address });
    await shop.sendMails({ sessionId: session, mails: [{ template: 'checkout_expired' }] });
    return session;
  };
  const sent = () => shop.resend.requests.length;
  for (let n = 0; n < 5; n++) await expire('grace@example.com');
  expect(sent()).toBe(5);
  const session = await expire('Grace@Example.com');
  expect(sent()).toBe(5);
  await expect(timelineOf(session)).resolves.toEqual([
    expect.objectContaining({ message: 'Expired checkout notice not sent: this address has had enough of them today' }),
  ]);
  await expire('alan@example.com');
  expect(sent()).toBe(6);
  const counted = await shop.db.rateLimit.findMany({ where: { key: { startsWith: 'reminders/' } } });
  expect(JSON.stringify(counted)).not.toContain('grace');
  const tomorrow = { now: () => NOW + 25 * 3_600_000 };
  const later = await placeOrder(shop.db, unpaid, { email: 'grace@example.com' });
  await shop
    .activitiesWith({ clock: tomorrow })
    .sendMails({ sessionId: later, mails: [{ template: 'checkout_expired' }] });
  expect(sent()).toBe(7);
});

test('an order that is not in the database yet is waited for', async () => {
  const session = 'cs_test_notyet' as SessionId;
  await expect(failureOf(shop.sendMails({ sessionId: session, mails: [received] }))).resolves.toMatchObject({
    nonRetryable: false,
    message: 'Not taken: order_received (order_not_written)',
  });
});

/** What of the shopper and the order must never stand in a history. */
const secrets = /ada@|Ada|Lovelace|James|SW1Y|Walnut/;
const allOf = (failure: ApplicationFailure) =>
  [failure.message, failure.stack, JSON.stringify(failure), String(failure.cause)].join('\n');

test('no failure carries anything of the shopper, whatever the mailer threw', async () => {
  const session = await placeOrder(shop.db);
  const leaking = new Error('could not write <p>Ada Lovelace</p> to ada@example.com');
  const mailers = [
    { send: () => Promise.reject(leaking) },
    { send: () => Promise.reject(new MailError('validation_error', 'thing')) },
  ];
  for (const mailer of mailers) {
    const failure = await failureOf(
      shop.activitiesWith({ mailer }).sendMails({ sessionId: session, mails: [confirmation] }),
    );
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(allOf(failure)).not.toMatch(secrets);
  }
  const { lastError } = await rowOf(session, confirmation);
  expect(lastError).not.toMatch(secrets);
});

test('nor when the database refuses the row, and quotes it', async () => {
  const session = await placeOrder(shop.db);
  await shop.db.$executeRaw`ALTER TABLE mails ADD CONSTRAINT refuses_all CHECK (html = '') NOT VALID`;
  const failure = await failureOf(shop.sendMails({ sessionId: session, mails: [confirmation] })).finally(
    () => shop.db.$executeRaw`ALTER TABLE mails DROP CONSTRAINT refuses_all`,
  );
  expect(failure).toMatchObject({ type: 'mail_failed', nonRetryable: false });
  expect(allOf(failure)).not.toMatch(secrets);
});

describe('what is told', () => {
  const htmlOf = (session: SessionId) => shop.resend.taken.find(({ key }) => key.includes(session))?.body;

  test('downloads with their signed links, the address, the order’s page', async () => {
    const session = await placeOrder(shop.db);
    const grant = randomUUID();
    const expiresAt = new Date('2026-12-08T10:00:00Z');
    await shop.db.downloadGrant.create({
      data: { id: grant, sessionId: session, sku: 'NOTES', expiresAt, allowed: 5, used: 2 },
    });
    await shop.sendMails({ sessionId: session, mails: [confirmation] });
    const { text = '', html = '' } = htmlOf(session) ?? {};
    for (const body of [text, html]) {
      expect(body).toContain(downloadUrl(ENV, grant));
      expect(body).toContain('You can use this link 3 times, until 8 December 2026 (UTC)');
      expect(body).toContain('Ada Lovelace');
      expect(body).toContain('United Kingdom');
      expect(body).toContain(`/orders/${session}/view?token=${session}.`);
    }
  });

  test('the address is written as its country does, and the country in the language of the mail', async () => {
    const place = { line1: 'Torstraße 12', line2: null, city: 'Berlin', postal_code: '10119', country: 'DE' };
    const customer = { email: 'ada@example.com', name: 'Ada Lovelace', address: place };
    const texts: string[] = [];
    for (const locale of ['de', 'en']) {
      const session = await placeOrder(shop.db, { locale }, customer);
      await shop.sendMails({ sessionId: session, mails: [confirmation] });
      texts.push(htmlOf(session)?.text ?? '');
    }
    expect(texts[0]).toContain('Lieferadresse\n\nAda Lovelace\nTorstraße 12\n10119 Berlin\nDeutschland\n');
    expect(texts[1]).toContain('Shipping to\n\nAda Lovelace\nTorstraße 12\n10119 Berlin\nGermany\n');
  });

  test('a parcel tells what was still to come when it left, also when its mail goes out late', async () => {
    const session = await placeOrder(shop.db);
    const [first, second] = [randomUUID(), randomUUID()];
    const parcel = { sessionId: session, carrier: 'DHL', items: [{ sku: 'TRAY', quantity: 1 }] };
    await shop.db.shipment.createMany({
      data: [
        { ...parcel, id: first, trackingNumber: '1', shippedAt: new Date(NOW), trackingUrl: 'javascript:alert(1)' },
        {
          ...parcel,
          id: second,
          trackingNumber: '2',
          shippedAt: new Date(NOW + 1),
          trackingUrl: 'https://dhl.example/2',
        },
      ],
    });
    const mails: MailRequest[] = [first, second].map((ref) => ({ template: 'order_shipped', ref }));
    await shop.sendMails({ sessionId: session, mails });
    const [early, late] = mails.map(
      (mail) => shop.resend.taken.find(({ key }) => key === mailKey(session, mail))?.body,
    );
    expect(early?.subject).toMatch(/^Part of your order is on its way/);
    expect(early?.text).toMatch(/Still to come\s+Walnut tray +× 1/);
    expect(early?.html).not.toContain('javascript:');
    expect(late?.subject).toMatch(/^Your order is on its way/);
    expect(late?.text).not.toContain('Still to come');
    expect(late?.text).toContain('Track your parcel: https://dhl.example/2');
  });

  test('one mail a refund, worded by its state when it was written', async () => {
    const session = await placeOrder(shop.db, { refunded: 1500 });
    const refund = {
      sessionId: session,
      origin: 'COMPENSATION' as const,
      currency: 'eur',
      actor: 'staff',
      createdAt: new Date(NOW),
      updatedAt: new Date(NOW),
    };
    await shop.db.refund.createMany({
      data: [
        {
          ...refund,
          key: `${session}/1`,
          stripeId: `re_${randomUUID()}`,
          amount: 500,
          status: 'pending',
          reason: 'damaged',
        },
        {
          ...refund,
          key: `${session}/2`,
          stripeId: `re_${randomUUID()}`,
          amount: 1000,
          status: 'succeeded',
          reason: 'other',
        },
      ],
    });
    const refunds = await shop.db.refund.findMany({ where: { sessionId: session }, orderBy: { key: 'asc' } });
    const mails: MailRequest[] = refunds.map(({ stripeId }) => ({
      template: 'order_refunded',
      ref: stripeId as string,
    }));
    await shop.sendMails({ sessionId: session, mails });
    const subjects = mails.map(
      (mail) => shop.resend.taken.find(({ key }) => key === mailKey(session, mail))?.body.subject,
    );
    expect(subjects[0]).toMatch(/^Your refund of €5\.00 has been initiated/);
    expect(subjects[1]).toMatch(/^We have refunded €10\.00/);
  });

  test('an expired cart has its recovery link; words and amounts follow the order’s locale, and an unknown one is English', async () => {
    const unpaid = {
      status: 'EXPIRED',
      paymentStatus: 'UNPAID',
      recoverableUntil: new Date('2026-12-31T10:00:00Z'),
    } as const;
    const texts: string[] = [];
    for (const locale of ['de', 'auto', 'not a locale', null]) {
      const session = await placeOrder(shop.db, { ...unpaid, locale });
      await shop.sendMails({ sessionId: session, mails: [{ template: 'checkout_expired' }] });
      const text = htmlOf(session)?.text ?? '';
      expect(text).toContain(`:\n${recoveryUrl(ENV, 'recover', session)}`);
      texts.push(text);
    }
    for (const part of ['es wurde nichts abgebucht', 'Zurück zum Warenkorb:', '99,00\u00a0€', '31. Dezember 2026'])
      expect(texts[0]?.replaceAll('\n', ' ')).toContain(part);
    for (const text of texts.slice(1))
      for (const part of ['nothing was charged', 'Return to your cart:', '€99.00', '31 December 2026'])
        expect(text).toContain(part);
  });

  test('a call is about the report it names, although another stands first', async () => {
    const since = new Date(NOW).toISOString();
    const failed = { step: 'refund-failed', subject: 're_1', reason: 'the refund re_1 failed', since };
    const lost = { step: 'dispute-lost', subject: 'du_1', reason: 'the bank decided for the buyer', since };
    const session = await placeOrder(shop.db, {
      attentionStep: 'refund-failed',
      attentionReason: failed.reason,
      attentionSince: new Date(NOW),
      calls: [failed, lost],
    });
    const mails: MailRequest[] = [
      { template: 'attention_needed', step: 'dispute-lost', ref: 'du_1', episode: 1 },
      { template: 'attention_needed', step: 'dispute-lost', ref: 'du_answered', episode: 1 },
    ];
    await shop.sendMails({ sessionId: session, mails });
    const [named, answered] = mails.map((mail) => shop.resend.taken.find(({ key }) => key === mailKey(session, mail)));
    expect(named?.body.subject).toMatch(/needs attention: dispute-lost$/);
    expect(named?.body.text).toContain('the bank decided for the buyer');
    expect(named?.body.text).toContain('refund-failed');
    expect(answered?.body.subject).toMatch(/needs attention: refund-failed$/);
  });

  test('a call for attention names step and reason, and nothing of the shopper', async () => {
    const attention = {
      attentionStep: 'confirm',
      attentionReason: 'paid 1, explained 2',
      attentionSince: new Date(NOW),
    };
    const session = await placeOrder(shop.db, attention);
    const mail: MailRequest = { template: 'attention_needed', step: 'confirm', episode: NOW };
    await shop.sendMails({ sessionId: session, mails: [mail, received] });
    const body = shop.resend.taken.find(({ key }) => key === mailKey(session, mail))?.body;
    expect(body).toMatchObject({
      to: 'staff@fern.example',
      subject: expect.stringMatching(/^Order \d+ needs attention: confirm$/),
    });
    expect(body?.text).toContain('paid 1, explained 2');
    expect(body?.text).toContain(session);
    expect(body?.text).toMatch(/POST https:\/\/staff\.fern\.example\/admin\/orders\/\d+\/retry/);
    for (const { body: staff } of shop.resend.taken) expect(staff.html + staff.text).not.toMatch(/\bAda\b|ada@|London/);
  });
});

describe('low stock', () => {
  const at = new Date(NOW);
  const product = (sku: string, below: number | null, active = true) =>
    shop.db.product.create({
      data: {
        ...{ sku, name: `The ${sku}`, kind: 'PHYSICAL', active, createdAt: at, updatedAt: at },
        stock: { create: { ...(below !== null && { warning: { create: { below } } }) } },
      },
    });
  const move = (sku: string, delta: number) => moveStock(shop.db, { sku, delta, reason: 'x', actor: 'staff', at });
  /** What staff get while the account is tended. */
  const told = async () => {
    shop.resend.taken.length = 0;
    await tendAccount(shop.deps);
    await tendAccount(shop.deps);
    return shop.resend.taken.map(({ body }) => body);
  };

  test('is one mail to staff a fall below the threshold, about all products that fell', async () => {
    for (const sku of ['LOW-A', 'LOW-B', 'LOW-C']) {
      await product(sku, 5, sku !== 'LOW-C');
      await move(sku, 5);
    }
    await product('LOW-NONE', null);
    expect(await told()).toEqual([]);
    for (const sku of ['LOW-A', 'LOW-B', 'LOW-C']) await move(sku, -1);
    const [mail, ...others] = await told();
    expect([others, mail]).toEqual([
      [],
      expect.objectContaining({
        to: 'staff@fern.example',
        subject: 'Low stock: LOW-A and 1 more',
        tags: [{ name: 'template', value: 'low_stock' }],
      }),
    ]);
    expect(mail?.text).toMatch(/4 of at least 5: The LOW-A[\s\S]*4 of at least 5: The LOW-B/);
    expect(mail?.text).toContain('https://staff.fern.example/admin/products');
    expect(await countLowStock(shop.db)).toBe(2);
    await move('LOW-A', -1); // lower still is no other fall
    expect(await told()).toEqual([]);
    await move('LOW-A', 2);
    expect(await told()).toEqual([]);
    await move('LOW-A', -1);
    expect((await told()).map(({ subject }) => subject)).toEqual(['Low stock: LOW-A']);
  });

  test('waits while the provider refuses every mail', async () => {
    await product('LOW-D', 5);
    shop.resend.refuse({ answer: 403, name: 'invalid_api_key' });
    expect(await told()).toEqual([]);
    shop.resend.refuse(null);
    shop.pass(60_000);
    expect((await told()).map(({ subject }) => subject)).toContain('Low stock: LOW-D');
  });
});

describe('a product that is back', () => {
  const at = new Date(NOW);
  const sku = 'BACK';
  const wait = (...emails: string[]) =>
    shop.db.stockRequest.createMany({
      data: emails.map((email, n) => ({ sku, email, requestedAt: new Date(NOW + n) })),
    });
  const move = (delta: number) => moveStock(shop.db, { sku, delta, reason: 'x', actor: 'staff', at });
  const tend = async () => {
    shop.resend.taken.length = 0;
    await Promise.all([tendAccount(shop.deps), tendAccount(shop.deps)]);
    await tendAccount(shop.deps);
    return shop.resend.taken.map(({ body }) => body);
  };
  beforeAll(async () => {
    const price = { currency: 'eur', amount: 100, stripePriceId: 'price_back', createdAt: at };
    await shop.db.product.create({
      data: {
        ...{ sku, name: 'Tide mug', kind: 'PHYSICAL', createdAt: at, updatedAt: at },
        ...{ stock: { create: {} }, prices: { create: [price] } },
      },
    });
    shop.pass(60_000);
  });

  test('is one mail to each who waits, and then nobody waits any more', async () => {
    await wait('ada@waits.example', 'bob@waits.example');
    expect(await tend()).toEqual([]);
    await move(1);
    const mails = await tend();
    expect(mails.map(({ to }) => to).sort()).toEqual(['ada@waits.example', 'bob@waits.example']);
    expect(mails[0]).toMatchObject({
      subject: 'Tide mug is available again',
      tags: [{ name: 'template', value: 'back_in_stock' }],
      text: expect.stringMatching(/https:\/\/fern\.example[\s\S]*only e-mail about it/),
    });
    expect(await tend()).toEqual([]);
    expect(await shop.db.stockRequest.count()).toBe(0);
  });

  test('is told to each in the language they asked in', async () => {
    await wait('ada@waits.example');
    await shop.db.stockRequest.create({ data: { sku, email: 'bea@waits.example', language: 'de', requestedAt: at } });
    const mails = await tend();
    expect(mails.map(({ to, subject }) => [to, subject]).sort()).toEqual([
      ['ada@waits.example', 'Tide mug is available again'],
      ['bea@waits.example', 'Tide mug ist wieder erhältlich'],
    ]);
  });

  test('is told only while it can be bought', async () => {
    await wait('ada@waits.example');
    await shop.db.product.update({ where: { sku }, data: { refusedAt: at } });
    expect(await tend()).toEqual([]);
    await shop.db.product.update({ where: { sku }, data: { refusedAt: null, active: false } });
    expect(await tend()).toEqual([]);
    await shop.db.product.update({ where: { sku }, data: { active: true } });
    expect(await tend()).toHaveLength(1);
  });

  test('is not told to an address that the provider refuses for good: its mail is given up', async () => {
    await wait('refused@waits.example', 'ada@waits.example');
    shop.resend.next({ answer: 422, name: 'validation_error' }, 'refused@waits.example');
    expect((await tend()).map(({ to }) => to)).toEqual(['ada@waits.example']);
    expect(await tend()).toEqual([]);
    const given = await shop.db.mail.findMany({ where: { recipient: 'refused@waits.example' } });
    expect(given).toMatchObject([{ status: 'GIVEN_UP', template: 'back_in_stock' }]);
  });

  test('is not told to an address whose mails come back', async () => {
    const recipient = 'returned@waits.example';
    const mail = { template: 'order_confirmation', audience: 'CUSTOMER', subject: 's', html: 'h', text: 't' } as const;
    const outcome = { status: 'SENT', sentAt: at, outcome: 'BOUNCED', outcomeAt: at } as const;
    await shop.db.mail.create({ data: { ...mail, ...outcome, key: 'returned', recipient, createdAt: at } });
    await wait(recipient);
    expect(await tend()).toEqual([]);
    expect(await shop.db.stockRequest.count()).toBe(0);
  });
});
