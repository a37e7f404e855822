import { tendAccount } from '../../activities/account/tend';
import type { MailRequest } from '../../activities/mail/request';
import type { SessionId } from '../../domain/ids';
import { mailKey } from '../../domain/mail';
import { readOwedMails } from '../../store/mails/owed';
import { openShop, placeOrder } from './shop';

const confirmation: MailRequest = { template: 'order_confirmation' };
const QUOTA = { answer: 429, name: 'daily_quota_exceeded' } as const;
const MINUTE = 60_000;

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
beforeEach(async () => {
  shop.resend.refuse(null);
  shop.resend.taken.length = 0;
  shop.resend.requests.length = 0;
  await shop.db.accountAlarm.deleteMany();
  await shop.db.mail.deleteMany({ where: { status: 'WRITTEN' } });
  shop.pass(30 * MINUTE);
});

/** Places so many orders whose confirmation is to go out, in one turn each. */
async function orders(count: number): Promise<SessionId[]> {
  const sessions: SessionId[] = [];
  for (let n = 0; n < count; n++) sessions.push(await placeOrder(shop.db));
  for (const sessionId of sessions) await shop.sendMails({ sessionId, mails: [confirmation] });
  return sessions;
}
const tend = () => tendAccount(shop.deps);
/** As the worker does, every quarter of a minute. */
async function tendFor(minutes: number): Promise<void> {
  for (let turn = 0; turn < minutes * 4; turn++) {
    shop.pass(MINUTE / 4);
    await tend();
  }
}
const mailsOf = (sessions: SessionId[]) =>
  shop.db.mail.findMany({ where: { key: { in: sessions.map((one) => mailKey(one, confirmation)) } } });
const alarmMails = () => shop.resend.taken.filter(({ body }) => body.to === 'staff@fern.example');

describe.each([
  ['mail_key', { answer: 403, name: 'invalid_api_key' }],
  ['mail_quota', QUOTA],
] as const)('%s (%j)', (cause, mishap) => {
  test('mails wait, no order is flagged, and all go out by themselves, once, after one mail to staff', async () => {
    shop.resend.refuse(mishap);
    const sessions = await orders(3); // no turn fails: nothing keeps their workflows
    await tendFor(5);
    expect(shop.resend.taken).toHaveLength(0);
    expect((await mailsOf(sessions)).map(({ status }) => status)).toEqual(['WRITTEN', 'WRITTEN', 'WRITTEN']);
    expect(await shop.db.order.count({ where: { attentionStep: { not: null } } })).toBe(0);
    await expect(shop.db.accountAlarm.findMany()).resolves.toMatchObject([{ cause, resolvedAt: null }]);
    expect(shop.resend.requests.length).toBeLessThan(3 + 5 * 4 + 1); // one try a turn, however many wait

    shop.resend.refuse(null);
    await tendFor(2);
    expect((await mailsOf(sessions)).map(({ status }) => status)).toEqual(['SENT', 'SENT', 'SENT']);
    expect(shop.resend.taken).toHaveLength(4);
    expect(alarmMails()).toHaveLength(1);
    expect(alarmMails()[0]?.body.tags).toEqual([{ name: 'template', value: 'attention_needed' }]);
    await expect(shop.db.accountAlarm.findMany()).resolves.toMatchObject([{ cause, resolvedAt: expect.any(Date) }]);
    await tendFor(2);
    expect(shop.resend.taken).toHaveLength(4);
  });
});

test('the timeline says that a mail waits, and that it was sent', async () => {
  shop.resend.refuse(QUOTA);
  const [session] = (await orders(1)) as [SessionId];
  shop.resend.refuse(null);
  await tendFor(2);
  const entries = await shop.db.timelineEntry.findMany({
    where: { sessionId: session, type: 'mail' },
    orderBy: { id: 'asc' },
  });
  expect(entries.map(({ message }) => message)).toEqual([
    'Order confirmation waits until the mail provider accepts mails again: daily_quota_exceeded',
    'Order confirmation sent to the customer',
  ]);
});

test('a mail that waits is not sent by a second run of its workflow', async () => {
  shop.resend.refuse(QUOTA);
  const [sessionId] = (await orders(1)) as [SessionId];
  shop.resend.requests.length = 0;
  const answer = await shop.sendMails({ sessionId, mails: [confirmation] });
  expect(answer).toEqual({ waiting: [mailKey(sessionId, confirmation)], unsent: [] });
  expect(shop.resend.requests).toHaveLength(0);
});

test('a mail that waits is not owed: no sweep starts its order again', async () => {
  shop.resend.refuse(QUOTA);
  const sessions = await orders(2);
  const owed = await readOwedMails(shop.db, sessions);
  // The confirmations wait; nobody has written the mails to staff.
  expect(owed.map(({ template }) => template)).toEqual(['order_received', 'order_received']);
});

test('a mail that waits is not given up with another one of its turn that is refused for itself', async () => {
  const sessionId = await placeOrder(shop.db);
  const turn = { sessionId, mails: [confirmation, { template: 'order_received' as const }] };
  shop.resend.next(QUOTA, 'ada@example.com');
  shop.resend.next({ answer: 422, name: 'validation_error' }, 'staff@fern.example');
  await expect(shop.sendMails(turn)).rejects.toMatchObject({ type: 'mail_refused' });
  expect(await shop.giveUpMails(turn)).toBeNull(); // as its workflow does then
  await tendFor(2);
  expect(await mailsOf([sessionId])).toMatchObject([{ status: 'SENT' }]);
});

test('two processes that send the waiting mails at once send each once', async () => {
  shop.resend.refuse(QUOTA);
  await orders(6);
  shop.resend.refuse(null);
  shop.pass(MINUTE);
  await Promise.all([tend(), tend(), tend()]);
  shop.pass(2 * MINUTE);
  await Promise.all([tend(), tend(), tend()]);
  const keys = shop.resend.requests.slice(6).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(shop.resend.taken).toHaveLength(7);
});

test('an address that is refused for itself meanwhile is given up, and holds up no other', async () => {
  shop.resend.refuse(QUOTA);
  const wrong = await placeOrder(shop.db, {}, { email: 'wrong@example.com' });
  await shop.sendMails({ sessionId: wrong, mails: [confirmation] });
  const [right] = (await orders(1)) as [SessionId];
  shop.resend.refuse(null);
  shop.resend.next({ answer: 422, name: 'validation_error' }, 'wrong@example.com');
  await tendFor(3);
  expect((await mailsOf([wrong, right])).map(({ status }) => status).sort()).toEqual(['GIVEN_UP', 'SENT']);
  await expect(shop.db.order.findUnique({ where: { sessionId: wrong } })).resolves.toMatchObject({
    attentionStep: 'contact',
  });
  await shop.db.order.update({
    where: { sessionId: wrong },
    data: { attentionStep: null, attentionReason: null, attentionSince: null },
  });
});

describe('a provider that does not answer', () => {
  const DOWN = { answer: 500, name: 'internal_server_error' } as const;

  test('is this moment’s fault for ten minutes, and then an alarm; its mails wait from then on', async () => {
    shop.resend.refuse(DOWN);
    const session = await placeOrder(shop.db);
    const turn = () => shop.sendMails({ sessionId: session, mails: [confirmation] });
    for (let minute = 0; minute < 10; minute += 5) {
      await expect(turn()).rejects.toMatchObject({ type: 'mail_failed' });
      await tendFor(5);
    }
    await turn(); // the activity's next try hands the mail over
    await tendFor(1);
    await expect(shop.db.accountAlarm.findMany()).resolves.toMatchObject([{ cause: 'mail_provider_down' }]);
    shop.resend.refuse(null);
    await tendFor(2);
    expect(shop.resend.taken).toHaveLength(2);
    expect(alarmMails()).toHaveLength(1);
  });

  test('for a moment only is no alarm', async () => {
    shop.resend.next(DOWN);
    const session = await placeOrder(shop.db);
    const turn = () => shop.sendMails({ sessionId: session, mails: [confirmation] });
    await expect(turn()).rejects.toMatchObject({ type: 'mail_failed' });
    await turn();
    await tendFor(15);
    expect(alarmMails()).toHaveLength(0);
    await expect(shop.db.accountAlarm.findMany()).resolves.toMatchObject([{ resolvedAt: expect.any(Date) }]);
  });
});

test('an alarm that staff cannot be mailed, because their own address is refused, is at least in the log', async () => {
  const { error } = shop.deps.log as unknown as { error: jest.Mock };
  shop.resend.refuse(QUOTA);
  await orders(1);
  shop.resend.refuse(null);
  error.mockClear();
  shop.resend.next({ answer: 422, name: 'validation_error' }, 'staff@fern.example');
  await tendFor(2);
  expect(await shop.db.mail.count({ where: { sessionId: null, status: 'GIVEN_UP' } })).toBe(1);
  expect(error).toHaveBeenCalledWith(
    expect.objectContaining({ template: 'attention_needed', code: 'validation_error' }),
    expect.stringContaining('STAFF_EMAIL'),
  );
});

test('what is logged is one line an episode', async () => {
  const { error } = shop.deps.log as unknown as { error: jest.Mock };
  error.mockClear();
  shop.resend.refuse(QUOTA);
  await orders(2);
  await tendFor(3);
  expect(error).toHaveBeenCalledTimes(1);
  expect(error).toHaveBeenCalledWith(expect.objectContaining({ cause: 'mail_quota' }), expect.any(String));
});
