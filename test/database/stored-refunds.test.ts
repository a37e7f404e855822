import type { SessionId } from '../../domain/ids';
import { againKey } from '../../domain/refund';
import type { Db } from '../../store/database';
import { readSnapshot } from '../../store/orders/snapshot';
import { readStaffOrder } from '../../store/orders/staff-view';
import { recordRefund } from '../../store/refunds/record';
import { refuseByRule } from '../../store/refunds/refusals';
import { resolveRefund } from '../../store/refunds/resolve';
import { storeRequest, writeRequest } from '../../store/refunds/staff-requests';
import { refundsTold } from '../../workflows/order/refunds-told';
import { withDatabase } from '../support/database';
import { at, goods } from './goods';

/** Refunds that staff request while Stripe does not answer: they are stored, and staff are told that. */

let db: Db;
withDatabase(2, (opened) => {
  db = opened;
});
const { order, stripeSays } = goods(() => db);

const after = (seconds: number) => new Date(at.getTime() + seconds * 1_000);
const store = (sessionId: SessionId, requestKey: string, amount?: number, when = at) =>
  storeRequest(db, {
    ...{ sessionId, requestKey, amount, reason: 'other', requestHash: `hash of ${requestKey}`, actor: 'ada', at: when },
  });
const write = (sessionId: SessionId, requestKey: string, amount: number, when: Date) =>
  writeRequest(db, { ...{ sessionId, requestKey, amount, reason: 'other', actor: 'ada', isListed: true, at: when } });
const rowOf = (sessionId: SessionId, key: string) =>
  db.refund.findUniqueOrThrow({ where: { key: `${sessionId}/staff/${key}` } });

test('a stored refund counts: what it leaves is the most that another one can have, and nothing else is stored', async () => {
  const { sessionId } = await order(); // 36.00
  expect(await store(sessionId, 'one', 1_000)).toMatchObject({ status: 'requested', amount: 1_000 });
  expect(await store(sessionId, 'two', 3_000)).toEqual({
    code: 'refund_exceeds_remaining',
    reason: 'More than is left to refund, which is €26.00',
  });
  expect(await db.refund.count({ where: { sessionId } })).toBe(1);
  expect(await store(sessionId, 'one', 1_000)).toMatchObject({ status: 'requested' }); // a repeat
  expect(await store(sessionId, 'three')).toMatchObject({ status: 'requested', amount: null });
  expect(await store(sessionId, 'four', 1)).toMatchObject({ code: 'refund_exceeds_remaining' });
});

test('of two that are stored at once, for which too little is left together, one is', async () => {
  const { sessionId } = await order();
  const both = await Promise.all([store(sessionId, 'one', 2_000), store(sessionId, 'two', 2_000)]);
  expect(both.filter((one) => one !== null && 'code' in one)).toHaveLength(1);
});

test('another refund does not take what a stored one waits for, and the stored one is made', async () => {
  const { sessionId } = await order();
  await store(sessionId, 'stored', 3_000);
  expect(await write(sessionId, 'by-hand', 1_000, after(1))).toMatchObject({ outcome: 'refused' });
  await store(sessionId, 'later', 600, after(2));
  expect(await write(sessionId, 'stored', 3_000, after(60))).toMatchObject({ outcome: 'to-ask' });
});

test('one that must be refused after staff were told stands beside the order, with the reason, until it is resolved', async () => {
  const { sessionId } = await order();
  await store(sessionId, 'stored', 3_000);
  await stripeSays(sessionId, 'made in the Dashboard', 1_000);
  const reason = 'More than is left to refund, which is €26.00';
  expect(await write(sessionId, 'stored', 3_000, after(60))).toEqual({ outcome: 'refused-late', since: after(60) });
  expect(await rowOf(sessionId, 'stored')).toMatchObject({ status: 'refused', refusalReason: reason });
  const { attentionStep, attentionReason } = await db.order.findUniqueOrThrow({ where: { sessionId } });
  expect([attentionStep, attentionReason]).toEqual([
    'refund-refused',
    `The refund of €30.00 that waited is refused: ${reason}`,
  ]);
  const told = await db.timelineEntry.findMany({ where: { sessionId, type: 'refund-refused' } });
  expect(told.map(({ message, actor }) => [message, actor])).toEqual([[attentionReason, 'holdfast']]);
  expect(await readSnapshot(db, sessionId)).toMatchObject({
    pendingDecision: { step: 'refund-refused', reason: attentionReason },
    openRefunds: [{ amount: 3_000, status: 'refused' }],
  });
});

test('one that Stripe turns out to have nothing left for, after staff were told, stands beside the order too', async () => {
  const { sessionId } = await order();
  await store(sessionId, 'stored', 3_000);
  await write(sessionId, 'stored', 3_000, after(1));
  const { key } = await rowOf(sessionId, 'stored');
  const refusal = { code: 'refund_exceeds_remaining', reason: 'More than is left to refund at Stripe' } as const;
  expect(await refuseByRule(db, { key, refusal, at: after(60) })).toEqual({ since: after(60) });
});

test('one that is refused while staff wait is theirs to hear, and is shown nowhere else', async () => {
  const { sessionId } = await order();
  await store(sessionId, 'asked', 3_000);
  const { key } = await rowOf(sessionId, 'asked');
  const refusal = { code: 'disputed', reason: 'The bank decides' } as const;
  expect(await refuseByRule(db, { key, refusal, at: after(1) })).toBeNull();
  expect((await readSnapshot(db, sessionId)).openRefunds).toBeUndefined();
  expect(await db.timelineEntry.count({ where: { sessionId, type: 'refund-refused' } })).toBe(0);
});

test('one that fails at the bank says why in plain words, everywhere, and that staff did not make it fail', async () => {
  const { sessionId } = await order();
  await write(sessionId, 'ours', 1_000, at);
  const seen = { id: 're_fails', key: `${sessionId}/staff/ours`, amount: 1_000, currency: 'eur', createdAt: at };
  const read = async () => (await readStaffOrder(db, sessionId)).refunds;
  await recordRefund(db, { sessionId, seen: { ...seen, status: 'succeeded' }, at });
  expect(await read()).toMatchObject([{ status: 'succeeded', failure: null }]);
  const failureReason = 'expired_or_canceled_card';
  for (let times = 0; times < 2; times++)
    await recordRefund(db, { sessionId, seen: { ...seen, status: 'failed', failureReason }, at: after(60) });
  const failure = { code: failureReason, message: 'The card has expired or was cancelled.' };
  expect(await read()).toMatchObject([{ status: 'failed', refusal: null, failure }]);
  const told = await db.timelineEntry.findMany({ where: { sessionId, type: 'refund' }, orderBy: { at: 'asc' } });
  const failed = 'failed (the card has expired or was cancelled), the money is back with the shop';
  expect(told.map(({ message, actor }) => [message, actor])).toEqual([
    ['Refund of €10.00: given back', 'ada'],
    [`Refund of €10.00: ${failed}`, 'stripe'],
  ]);
  expect((await readStaffOrder(db, sessionId)).attention).toMatchObject({
    reason: 'The refund re_fails failed (the card has expired or was cancelled): the shop has the money again',
  });
  const snapshot = await readSnapshot(db, sessionId);
  expect(snapshot.openRefunds).toEqual([
    { key: seen.key, id: 're_fails', amount: 1_000, status: 'failed', failureReason },
  ]);
  expect(refundsTold(snapshot)[0]?.text).toContain(`Refund of €10.00 by staff: ${failed}`);
});

test('one that is asked for again starts without the reason of the one that failed, which keeps it', async () => {
  const { sessionId } = await order();
  await write(sessionId, 'ours', 1_000, at);
  const ours = { id: 're_ours', key: `${sessionId}/staff/ours`, amount: 1_000, currency: 'eur', createdAt: at };
  const failed = { ...ours, status: 'failed', failureReason: 'declined' };
  await recordRefund(db, { sessionId, seen: failed, at });
  await write(sessionId, againKey('re_ours'), 1_000, after(60));
  const again = { ...ours, id: 're_again', key: `${sessionId}/staff/${againKey('re_ours')}`, status: 'succeeded' };
  await recordRefund(db, { sessionId, seen: again, at: after(61) });
  // An answer of Stripe's that is late tells nothing about it any more.
  await recordRefund(db, { sessionId, seen: { ...ours, status: 'pending' }, at: after(62) });
  expect((await readStaffOrder(db, sessionId)).refunds).toMatchObject([
    { id: 're_ours', status: 'failed', failure: { code: 'declined', message: 'The bank declined it.' } },
    { id: 're_again', status: 'succeeded', failure: null },
  ]);
});

test.each([
  ['withdraw', 'withdrawn by staff'],
  ['settled_elsewhere', 'settled elsewhere'],
] as const)(
  'one that staff resolve (%s) is told in the same words on the timeline and in the details',
  async (how, stage) => {
    const { sessionId } = await order();
    await write(sessionId, 'ours', 1_000, at);
    const seen = { id: `re_${how}`, key: `${sessionId}/staff/ours`, amount: 1_000, currency: 'eur', createdAt: at };
    await recordRefund(db, { sessionId, seen: { ...seen, status: 'failed' }, at });
    await resolveRefund(db, { sessionId, how, actor: 'ada', at: after(60) });
    const told = await db.timelineEntry.findMany({ where: { sessionId, type: 'resolved' } });
    expect(told.map(({ message, actor }) => [message, actor])).toEqual([[`Refund of €10.00: ${stage}`, 'ada']]);
    const [line] = refundsTold(await readSnapshot(db, sessionId));
    expect(line?.text).toContain(`Refund of €10.00 by staff: ${stage}, `);
  },
);

test.each(['withdraw', 'settled_elsewhere'] as const)(
  'the request to resolve one (%s) that is carried out again is answered as the first time, another one is refused',
  async (how) => {
    const { sessionId } = await order();
    await write(sessionId, 'ours', 1_000, at);
    const seen = {
      id: `re_again_${how}`,
      key: `${sessionId}/staff/ours`,
      amount: 1_000,
      currency: 'eur',
      createdAt: at,
    };
    for (const status of ['succeeded', 'failed'])
      await recordRefund(db, { sessionId, seen: { ...seen, status }, at: after(60) });
    const resolve = (by: string) => resolveRefund(db, { sessionId, how, actor: 'ada', by, at: after(120) });
    const first = await resolve('update-1');
    expect(first.outcome).toBe('resolved');
    expect(await resolve('update-1')).toEqual(first);
    expect(await resolve('update-2')).toMatchObject({ outcome: 'refused' });
    expect(await db.timelineEntry.count({ where: { sessionId, type: 'resolved' } })).toBe(1);
  },
);
