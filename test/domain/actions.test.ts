import { type Action, type ActionFacts, type ResendFacts, UPDATES } from '../../domain/action-facts';
import { RULES } from '../../domain/action-rules';
import { offered, whyNot, whyNotYet } from '../../domain/actions';
import { DECISIONS, isFinal, ORDER_STATUSES, type OrderStatus } from '../../domain/order';

const CANCEL_REFUSED = { needsAttention: true, pendingDecision: DECISIONS.refundRefused, cancelRefused: true };

const waiting = (facts: Partial<ActionFacts> = {}): ActionFacts => ({ status: 'PREPARING', ...facts });

const mail = (facts: Partial<ResendFacts>): ResendFacts => ({
  title: 'Refund',
  isTrue: true,
  lacksAddress: false,
  ...facts,
});
const whyNotAccept = (facts: Partial<ActionFacts>) => whyNot('accept', waiting(facts));

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
    replace: ['PREPARING', 'SHIPPED', 'COMPLETED'],
    retry: ORDER_STATUSES,
    resolve: ORDER_STATUSES,
    accept: ORDER_STATUSES,
    'send a mail again': ORDER_STATUSES,
    'correct e-mail': ORDER_STATUSES,
    'correct address': ['PENDING', 'PAID', 'PREPARING', 'SHIPPED'],
    erase: ['COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED'],
    abandon: ORDER_STATUSES,
  };
  test.each(Object.keys(ALLOWED) as Action[])('%s, by status; what is refused says what the order is', (action) => {
    for (const status of ORDER_STATUSES) {
      const shippingHold = action === 'release' ? 'address' : null;
      const refusal = whyNot(action, { status, needsAttention: true, paymentDiffers: true, shippingHold });
      expect([status, refusal]).toEqual([status, ALLOWED[action].includes(status) ? null : `The order is ${status}`]);
    }
  });

  test.each<[Action, Partial<ActionFacts>, RegExp]>([
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
  test('is exactly what the table allows, for every status and every flag; nothing once the order has ended', () => {
    for (const facts of everyCombination()) {
      const allowed = isFinal(facts.status) ? [] : UPDATES.filter((action) => whyNot(action, facts) === null);
      expect(offered(facts).map(({ action }) => action)).toEqual(allowed);
    }
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
