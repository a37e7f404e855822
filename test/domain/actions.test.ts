import { type Action, type ActionFacts, type ResendFacts, UPDATES, type UpdateAction } from '../../domain/action-facts';
import { RULES } from '../../domain/action-rules';
import { offered, whyNot, whyNotYet } from '../../domain/actions';
import { DECISIONS, isFinal, ORDER_STATUSES, type OrderStatus, type PaymentStatus } from '../../domain/order';
import { isBought, isLate, offersWithdrawal, periodEnd, type WithdrawableOrder } from '../../domain/withdrawal';

const CANCEL_REFUSED = { needsAttention: true, pendingDecision: DECISIONS.refundRefused, cancelRefused: true };

const waiting = (facts: Partial<ActionFacts> = {}): ActionFacts => ({ status: 'PREPARING', ...facts });

const mail = (facts: Partial<ResendFacts>): ResendFacts => ({
  title: 'Refund',
  isTrue: true,
  lacksAddress: false,
  ...facts,
});
const whyNotAccept = (facts: Partial<ActionFacts>) => whyNot('accept', waiting(facts));

describe('the withdrawal period', () => {
  const DAY = 86_400_000;
  const goods = { sku: 'mug', kind: 'PHYSICAL', quantity: 2, shipped: 2, restocked: 0, replaced: 0 } as const;
  const file = { ...goods, kind: 'DIGITAL', shipped: 0 } as const;
  // A Monday.
  const at = (day: number, hour = 12) => new Date(Date.UTC(2026, 10, day, hour));
  const bought: WithdrawableOrder = {
    ...{ status: 'SHIPPED', paymentStatus: 'PAID', createdAt: at(2), paidAt: at(2), items: [goods], shipments: [] },
  };
  const parcel = (day: number, deliveredAt: Date | null = null) => ({ shippedAt: at(day), deliveredAt });
  const endOf = (change: Partial<WithdrawableOrder>) =>
    periodEnd({ ...bought, ...change }, 14 * DAY)
      ?.toISOString()
      .slice(0, 10) ?? null;

  test.each<[string, string | null, Partial<WithdrawableOrder>]>([
    ['has not begun while something is to be shipped', null, { items: [{ ...goods, shipped: 1 }] }],
    [
      'has not begun while something is to be sent again',
      null,
      { status: 'PREPARING', items: [{ ...goods, replaced: 1 }] },
    ],
    ['counts from the last parcel', '2026-11-26', { shipments: [parcel(3, at(4)), parcel(3, at(12))] }],
    ['moves from a Saturday to Monday', '2026-11-30', { shipments: [parcel(3, at(14))] }],
    ['moves from a Sunday to Monday', '2026-11-30', { shipments: [parcel(3, at(15, 23))] }],
    ['takes a parcel that nobody reported as delivered in time', '2026-11-30', { shipments: [parcel(2)] }],
    ['of downloads counts from the payment', '2026-11-16', { items: [file] }],
    [
      'does not wait for goods that went back to stock',
      '2026-11-18',
      {
        items: [goods, { ...goods, shipped: 0, restocked: 2 }],
        shipments: [parcel(3, at(4))],
      },
    ],
  ])('%s', (_, end, change) => expect(endOf(change)).toBe(end));

  test('is offered two days longer, and a statement after its last hour is late', () => {
    const end = new Date('2026-11-26T23:59:59.999Z');
    expect([at(28, 23), at(29, 1)].map((now) => offersWithdrawal(bought, end, now.getTime()))).toEqual([true, false]);
    expect([at(26, 23), at(27, 0)].map((now) => isLate(end, now))).toEqual([false, true]);
    expect(offersWithdrawal(bought, null, at(30).getTime())).toBe(true);
  });

  test.each<[OrderStatus, PaymentStatus, boolean]>([
    ['PENDING', 'UNPAID', false],
    ['PENDING', 'PROCESSING', true],
    ['COMPLETED', 'PARTIALLY_REFUNDED', true],
    ['COMPLETED', 'NO_PAYMENT_REQUIRED', true],
    ['REFUNDED', 'REFUNDED', false],
    ['CANCELLED', 'NO_PAYMENT_REQUIRED', false],
  ])('%s and %s: is there a contract? %s', (status, paymentStatus, is) =>
    expect(isBought({ status, paymentStatus })).toBe(is),
  );
});

describe('who may do what', () => {
  /** The statuses that allow each action while nothing else stands in its way. */
  const ALLOWED: Record<Action, readonly OrderStatus[]> = {
    ship: ['PREPARING'],
    deliver: ['SHIPPED'],
    hold: ['PENDING', 'PAID', 'PREPARING'],
    release: ['PENDING', 'PAID', 'PREPARING'],
    cancel: ['PENDING', 'PAID', 'PREPARING'],
    refund: ['PREPARING', 'SHIPPED', 'COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED'],
    return: ['PREPARING', 'SHIPPED', 'COMPLETED', 'REFUNDED'],
    'decline a return': ORDER_STATUSES,
    replace: ['PREPARING', 'SHIPPED', 'COMPLETED'],
    retry: ORDER_STATUSES,
    resolve: ORDER_STATUSES,
    accept: ORDER_STATUSES,
    'send a mail again': ORDER_STATUSES,
    'correct e-mail': ORDER_STATUSES,
    'correct address': ['PENDING', 'PAID', 'PREPARING', 'SHIPPED'],
    erase: ['COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED'],
    abandon: ORDER_STATUSES,
    'cancel as the shopper': ['PENDING', 'PAID', 'PREPARING'],
    'ask to return as the shopper': ['PREPARING', 'SHIPPED', 'COMPLETED'],
  };
  test.each(Object.keys(ALLOWED) as Action[])('%s, by status; what is refused says what the order is', (action) => {
    for (const status of ORDER_STATUSES) {
      const shippingHold = action === 'release' ? 'address' : null;
      const refusal = whyNot(action, { status, needsAttention: true, paymentDiffers: true, shippingHold });
      const refused = expect.stringMatching(new RegExp(`^The order is ${status}(: .+)?$`));
      expect([status, refusal]).toEqual([status, ALLOWED[action].includes(status) ? null : refused]);
    }
  });

  test.each<[Action, Partial<ActionFacts>, RegExp]>([
    ['cancel', { status: 'SHIPPED' }, /SHIPPED: use return for what comes back, or refund$/],
    ['cancel', { status: 'REFUNDED' }, /REFUNDED$/],
    ['hold', { status: 'SHIPPED' }, /nothing of it is left to ship$/],
    ['erase', { status: 'PREPARING' }, /only an order that has ended can be erased$/],
    [
      'retry',
      { needsAttention: false, unreached: 'it came back' },
      /^Correct the customer’s address, or send the mail again/,
    ],
    ['ship', { disputed: true }, /disputed: nothing ships/],
    ['ship', { reviewOpen: true }, /under review/],
    ['ship', { fraudWarning: true }, /warns of fraud: decide first/],
    ['ship', { reports: [DECISIONS.disputeLost] }, /dispute is lost.*with retry or cancel/],
    [
      'ship',
      { pendingDecision: DECISIONS.refundRefused, reports: [DECISIONS.reviewClosed, DECISIONS.disputeLost] },
      /dispute is lost.*with resolve \(accept\) or cancel/,
    ],
    ['ship', { shippingHold: 'address' }, /^Shipping is on hold \(address\): release it first$/],
    ['hold', { digital: true }, /^Nothing of the order will be shipped$/],
    ['hold', { cancelling: true }, /being cancelled/],
    ['release', {}, /^Shipping is not on hold$/],
    ['cancel', { anythingShipped: true }, /shipped already/],
    ['cancel', { disputed: true }, /the bank decides about the money/],
    ['cancel as the shopper', { anythingShipped: true }, /shipped already/],
    [
      'cancel as the shopper',
      { downloaded: true },
      /^A download of the order has begun, or its licence keys were issued$/,
    ],
    ['cancel as the shopper', { disputed: true }, /the bank decides about the money/],
    ['cancel as the shopper', { lost: true }, /the customer has the money/],
    ['cancel as the shopper', { cancelling: true }, /being cancelled/],
    ['refund', { disputed: true }, /disputed: nothing can be refunded/],
    ['refund', { nothingTaken: true }, /PREPARING: no money was taken/],
    ['return', { nothingOut: true }, /Nothing of the order is shipped and not yet returned/],
    ['replace', { disputed: true }, /disputed: nothing is sent again/],
    ['replace', { cancelling: true }, /being cancelled/],
    ['replace', { lost: true }, /the customer has the money/],
    ['replace', { stock: 'RETURNED' }, /ship takes them again first/],
    ['retry', { needsAttention: false }, /Nothing needs attention/],
    ['retry', { needsAttention: true, pendingDecision: DECISIONS.refundFailed, disputed: true }, /bank decides/],
    ['retry', { needsAttention: true, pendingDecision: DECISIONS.refundRefused, disputed: true }, /bank decides/],
    ['retry', { ...CANCEL_REFUSED, anythingShipped: true }, /shipped already: withdraw the cancel/],
    ['resolve', { needsAttention: false }, /Nothing needs attention/],
    ['accept', { sessionUnknown: true }, /does not know the session: there is no payment to accept/],
    [
      'send a mail again',
      { mail: mail({ isTrue: false }) },
      /^Refund: it is not true of the order, which is PREPARING$/,
    ],
    ['send a mail again', { mail: mail({ lacksAddress: true }) }, /No e-mail address/],
    ['send a mail again', { mail: mail({ lacksAddress: true }), erased: true }, /erased/],
    ['abandon', { paymentStatus: 'PROCESSING' }, /^The order is PREPARING, its payment PROCESSING$/],
    ['correct e-mail', { erased: true }, /erased/],
    ['correct address', { anythingShipped: true }, /PREPARING: some of it is shipped/],
    ['correct address', { digital: true }, /PREPARING, and nothing of it will be shipped/],
    ['erase', { status: 'COMPLETED', refundOpen: true }, /COMPLETED, and a refund is open/],
    ['erase', { status: 'COMPLETED', disputed: true }, /COMPLETED, and a dispute is open/],
  ])('%s is refused while %j', (action, facts, words) => {
    expect(whyNot(action, waiting(facts))).toMatch(words);
  });

  test('a hold of shipping stops parcels alone: goods may come back, and others be taken for them', () => {
    const held = waiting({ shippingHold: 'stock' });
    expect(UPDATES.filter((action) => whyNot(action, held) === null)).toEqual([
      ...['hold', 'release', 'cancel', 'refund', 'return', 'replace'],
    ]);
  });

  test('what could not be refunded may be shipped after all', () => {
    const failed = { status: 'PENDING', pendingDecision: DECISIONS.refundFailed } as const;
    expect(whyNot('ship', failed)).toBeNull();
    expect(whyNot('ship', { status: 'PENDING', pendingDecision: DECISIONS.fraudWarning })).toBe('The order is PENDING');
  });

  test('staff can take note of a report, but not of a refund that failed or was refused', () => {
    for (const step of [DECISIONS.disputeLost, DECISIONS.reviewClosed, DECISIONS.fraudWarning])
      expect(whyNotAccept({ pendingDecision: step, reports: [step] })).toBeNull();
    expect(whyNotAccept({})).toMatch(/nothing to accept/);
    for (const step of [DECISIONS.refundFailed, DECISIONS.refundRefused])
      expect(whyNotAccept({ pendingDecision: step })).toMatch(/withdraw it, settle it or retry/);
    // A report that stands behind such a refund can be answered all the same.
    expect(whyNotAccept({ pendingDecision: DECISIONS.refundRefused, reports: [DECISIONS.disputeLost] })).toBeNull();
  });

  test('a request that may be a repeat is let in, and judged by the work', () => {
    expect(whyNotYet('ship', waiting({ status: 'SHIPPED' }))).toBeNull();
    expect(whyNot('ship', waiting({ status: 'SHIPPED' }))).toBe('The order is SHIPPED');
    expect(whyNotYet('deliver', waiting())).toBe('The order is PREPARING');
  });

  test('every refusal is one sentence without a full stop, and every obstacle has words for the runbook', () => {
    for (const { obstacles } of Object.values(RULES))
      for (const { when, refusal } of obstacles) {
        expect(refusal(waiting())).toMatch(/^[A-Z][^.]*$/);
        expect(when).toMatch(/^[a-z]/);
      }
  });
});

describe('what is offered to staff', () => {
  const offers = (facts: ActionFacts) => offered(facts).map(({ action }) => action);

  test('is exactly what the table allows, for every status and every flag; nothing once the order has ended', () => {
    for (const facts of everyCombination()) {
      const allowed = isFinal(facts.status) ? [] : UPDATES.filter((action) => whyNot(action, facts) === null);
      // A step that is stuck needs no answer.
      expect(offers(facts)).toEqual(allowed.filter((action) => action !== 'resolve' || facts.pendingDecision));
    }
  });

  test.each<[UpdateAction, Partial<ActionFacts>, string]>([
    ['hold', { status: 'PENDING' }, 'stops shipping until `release`; the payment goes on'],
    ['hold', {}, 'stops shipping until `release`'],
    ['hold', { shippingHold: 'fraud' }, 'names another reason for the hold'],
    ['replace', {}, 'exchanges goods for another SKU of the same price, at no charge'],
    [
      'replace',
      { anythingShipped: true },
      'sends goods again at no charge: exchanges what is unshipped for another SKU, takes stock for what is shipped',
    ],
    [
      'replace',
      { status: 'SHIPPED', anythingShipped: true },
      'sends goods again at no charge: the same, or another SKU of the same price',
    ],
  ])('says of %s only what would be done: %j', (action, facts, does) => {
    expect(offered(waiting(facts)).find((offer) => offer.action === action)?.does).toBe(does);
  });

  test('is nothing that could only be answered with “nothing to accept”, or that nothing is left', () => {
    const stuck = waiting({ needsAttention: true });
    expect(offers(stuck)).not.toContain('resolve');
    expect(offers({ ...stuck, paymentDiffers: true })).toContain('resolve');
    expect(offers({ ...stuck, reports: [DECISIONS.reviewClosed] })).toContain('resolve');
    expect(offers(waiting())).toContain('refund');
    expect(offers(waiting({ lost: true }))).not.toContain('refund');
  });
});

function* everyCombination(): Generator<ActionFacts> {
  const flags = ['disputed', 'reviewOpen', 'fraudWarning', 'anythingShipped', 'nothingOut', 'needsAttention'] as const;
  for (const status of ORDER_STATUSES)
    for (const pendingDecision of [null, ...Object.values(DECISIONS)])
      for (let bits = 0; bits < 2 ** flags.length; bits++)
        yield {
          status,
          pendingDecision,
          shippingHold: bits % 3 === 0 ? 'fraud' : null,
          ...Object.fromEntries(flags.map((flag, index) => [flag, (bits & (1 << index)) !== 0])),
        };
}
