import { sessionId } from '../../../domain/ids';
import { DECISIONS, isFinal, ORDER_STATUSES } from '../../../domain/order';
import { reportOf } from '../../../workflows/order/report';
import { askedRefund, type UnderWay, underWayOf } from '../../../workflows/order/under-way';
import type { Parked } from '../../../workflows/parking';
import { line, orderOf, pot, updates } from './offered-order';

/** What staff are offered while the order's run does what they asked for before, and once the order has ended. */

const SESSION = sessionId('cs_test_1');

describe('while Stripe has not answered a refund', () => {
  const sent = { status: 'PREPARING', stock: 'COMMITTED', refunded: 500 } as const;
  const order = orderOf(sent, [line({ shipped: 1 }), pot()]);
  const asked = (amount?: number) =>
    underWayOf(
      SESSION,
      [{ name: 'refund', request: { reason: 'other', ...(amount !== undefined && { amount }) }, key: 'k' }],
      null,
    );
  const during = (underWay: UnderWay, facts = order) =>
    reportOf({
      ...{ order: facts, waitingFor: 'x', parked: [], payment: null, happened: [], mails: [], underWay },
    });

  test('it is listed, and only what it leaves is offered', () => {
    const { openRefunds, actions } = during(asked(600));
    expect(openRefunds).toEqual([{ id: null, amount: 600, status: 'requested' }]);
    const [all, part] = actions.find(({ action }) => action === 'refund')?.examples ?? [];
    expect([all?.means, part?.data]).toEqual(['all that is left, €9.00', expect.objectContaining({ amount: 900 })]);
    expect(updates(during(asked(600)))).toEqual(expect.arrayContaining(['ship', 'return', 'replace']));
  });

  test.each([[undefined], [1_500]])('one of all that is left (%j) leaves only what need not wait for it', (amount) => {
    expect(updates(during(asked(amount)))).toEqual(['hold']);
    const held = { ...order, shippingHold: 'fraud' as const };
    expect(updates(during(asked(amount), held))).toEqual(['hold', 'release']);
  });

  test('one that the database tells of already counts once', () => {
    const [{ key = '' } = {}] = asked(600).refunds;
    const stored = { ...order, openRefunds: [{ key, id: null, amount: 600, status: 'requested' }] };
    expect(during(asked(600), stored)).toEqual(during(asked(600)));
    const again = { ...order, openRefunds: [{ key, id: null, amount: 600, status: 'refused' }] };
    expect(during(asked(600), again).openRefunds).toEqual([{ id: null, amount: 600, status: 'requested' }]);
    const all = { ...order, openRefunds: [{ key: 'rest/1', id: null, amount: null, status: 'requested' }] };
    expect(during(asked(), all).openRefunds).toHaveLength(1);
  });

  test('one that waits for its turn, and one that Stripe is asked for, are two', () => {
    const two = underWayOf(
      SESSION,
      [{ name: 'refund', request: { amount: 600, reason: 'other' }, key: 'k' }],
      askedRefund('other', 300),
    );
    expect(during(two).openRefunds.map(({ amount }) => amount)).toEqual([600, 300]);
  });
});

test('a decision that is being carried out is not asked for again, unless its step is stuck', () => {
  const pendingDecision = { step: DECISIONS.refundRefused, reason: 'x' };
  const order = orderOf({ status: 'PREPARING', stock: 'COMMITTED', pendingDecision, reports: [] }, [line()]);
  const deciding = underWayOf(SESSION, [{ name: 'retry', key: 'k' }], null);
  const during = (parked: Parked[]) =>
    updates(
      reportOf({ ...{ order, parked, waitingFor: 'x', payment: null, happened: [], mails: [] }, underWay: deciding }),
    );
  expect(during([pendingDecision])).not.toEqual(expect.arrayContaining(['retry']));
  expect(during([pendingDecision])).not.toEqual(expect.arrayContaining(['resolve']));
  expect(during([pendingDecision, { step: 'refund', reason: 'Stripe does not answer' }])).toContain('retry');
});

test.each(ORDER_STATUSES.filter(isFinal))('an order that is %s offers only to try a stuck mail again', (status) => {
  const order = orderOf({ status, stock: 'COMMITTED', unreached: 'it bounced' }, [line({ shipped: 2 })]);
  const offers = (...parked: Parked[]) =>
    updates(reportOf({ ...{ order, parked, waitingFor: 'its last mails', payment: null, happened: [], mails: [] } }));
  expect(offers()).toEqual([]);
  expect(offers({ step: 'contact', reason: 'it bounced' })).toEqual([]);
  expect(offers({ step: 'mail', reason: 'the provider is down' })).toEqual(['retry']);
});
