import { UPDATES } from '../../domain/action-facts';
import { whyNot } from '../../domain/actions';
import {
  adviceOnLoss,
  isAskedAnew,
  lostAmountOf,
  refusalToSubmit,
  standingOf,
  waitsForAnswer,
} from '../../domain/dispute';
import { type EvidenceFacts, gatherEvidence, LONGEST_EVIDENCE, LONGEST_FIELD, lengthOf } from '../../domain/evidence';
import { DECISIONS } from '../../domain/order';
import { leftOf } from '../../domain/order-money';

const at = new Date('2026-11-23T10:30:00Z');

describe('where a dispute stands', () => {
  test.each([
    ['needs_response', 1250, 'open'],
    ['under_review', 1250, 'open'],
    ['warning_needs_response', 0, 'open'],
    ['warning_under_review', 0, 'open'],
    ['appeal_needs_response', 1250, 'open'],
    ['appeal_under_review', 1250, 'open'],
    ['a_word_of_tomorrow', 0, 'open'],
    ['won', 0, 'kept'],
    ['warning_closed', 0, 'kept'],
    ['charge_refunded', 1250, 'kept'],
    ['lost', 1250, 'lost'],
    ['prevented', 0, 'kept'],
    ['prevented', 1250, 'lost'],
    // The whole of the money was reinstated, whatever the status says.
    ['lost', 0, 'kept'],
  ])('%s with %d withdrawn is %s', (status, withdrawn, standing) => {
    expect(standingOf(status, { withdrawn, withdrawnCurrency: 'eur' }, null)).toBe(standing);
  });

  test('lost before any money has moved is lost', () => {
    expect(standingOf('lost', { withdrawn: 0, withdrawnCurrency: null }, null)).toBe('lost');
  });

  test.each([
    ['when the bank held it', { status: 'lost', lost: true, withdrawn: 1250 }, 'kept'],
    ['and it was seen', { status: 'lost', lost: false, withdrawn: 0 }, 'kept'],
    ['before the bank decided, by an appeal', { status: 'appeal_under_review', lost: false, withdrawn: 0 }, 'lost'],
    ['before that, and it was seen', { status: 'lost', lost: true, withdrawn: 0 }, 'lost'],
  ])('lost, and the money came back %s', (_, before, standing) => {
    expect(standingOf('lost', { withdrawn: 0, withdrawnCurrency: 'eur' }, before)).toBe(standing);
  });

  test.each([
    ['what the bank took', { withdrawn: 500, withdrawnCurrency: 'eur' }, 500],
    ['its amount, before the money moves', { withdrawn: 0, withdrawnCurrency: null }, 1250],
    ['its amount, if Stripe settles in another currency', { withdrawn: 580, withdrawnCurrency: 'usd' }, 1250],
  ])('lost costs %s', (_, movements, cost) => {
    expect(lostAmountOf({ amount: 1250, currency: 'eur', ...movements })).toBe(cost);
  });

  test.each([
    [{ open: false, status: 'won' }, 'appeal_needs_response', true, true],
    [{ open: true, status: 'warning_under_review' }, 'needs_response', true, true],
    [{ open: true, status: 'needs_response' }, 'under_review', true, false],
    [{ open: true, status: 'warning_needs_response' }, 'warning_under_review', true, false],
    [{ open: true, status: 'warning_under_review' }, 'warning_closed', false, false],
  ])('from %j to %s, the bank asks anew: %s', (before, status, open, anew) => {
    expect(isAskedAnew(before, status, open)).toBe(anew);
  });

  test.each([
    ['needs_response', true],
    ['warning_needs_response', true],
    ['appeal_needs_response', true],
    ['under_review', false],
    ['won', false],
  ])('%s waits for an answer: %s', (status, waits) => {
    expect(waitsForAnswer(status)).toBe(waits);
  });
});

describe('the advice on a loss', () => {
  const order = { total: 2000, refunded: 0, lostAmount: 2000, currency: 'eur', status: 'PREPARING' as const };
  const lost = DECISIONS.disputeLost;
  test.each([
    ['of everything', {}, ['cancel', 'retry']],
    ['of everything, part shipped', { anythingShipped: true }, ['cancel', 'retry']],
    ['of what was not refunded', { lostAmount: 1500, refunded: 500 }, ['cancel', 'retry']],
    ['of a part', { lostAmount: 500 }, ['cancel', 'retry']],
    ['of a part, part shipped', { lostAmount: 500, anythingShipped: true }, ['refund', 'retry']],
    [
      'of a part, all shipped',
      { lostAmount: 500, cancellable: false, status: 'SHIPPED' as const },
      ['refund', 'retry'],
    ],
    ['of everything, after its end', { cancellable: false, status: 'COMPLETED' as const }, ['retry']],
  ])('%s names only what is accepted', (_, change, named) => {
    const now = { ...order, cancellable: true, anythingShipped: false, ...change };
    const advice = adviceOnLoss(now);
    const actions = UPDATES.filter((action) => new RegExp(`\\b${action}\\b`).test(advice));
    expect(actions).toEqual(expect.arrayContaining(named));
    expect(actions).toHaveLength(named.length);
    const facts = { ...now, lost: leftOf(now) === 0, pendingDecision: lost, needsAttention: true };
    expect(actions.map((action) => whyNot(action, facts))).toEqual(actions.map(() => null));
  });

  test('of a part says how much is left', () => {
    const part = { ...order, lostAmount: 500, cancellable: true, anythingShipped: false };
    expect(adviceOnLoss(part)).toMatch(/€5\.00.*€15\.00 is left: cancel gives it back/);
  });
});

describe('evidence can be submitted', () => {
  const now = at.getTime();
  test.each([
    ['in time', { status: 'needs_response', dueBy: now + 1, submitted: false }, null],
    ['if there is no deadline', { status: 'needs_response', dueBy: null, submitted: false }, null],
    ['if the status is unknown', { status: 'a_word_of_tomorrow', dueBy: null, submitted: false }, null],
    [
      'but not at the deadline',
      { status: 'needs_response', dueBy: now, submitted: false },
      /deadline for evidence has passed/,
    ],
    ['but not if the bank accepts none', { status: 'needs_response', dueBy: 0, submitted: false }, /accepts no answer/],
    ['but not twice', { status: 'needs_response', dueBy: now + 1, submitted: true }, /already submitted/],
    ['but not for an appeal', { status: 'appeal_needs_response', dueBy: now + 1, submitted: false }, /Dashboard/],
    ['but not once the dispute is closed', { status: 'lost', dueBy: now + 1, submitted: false }, /closed: lost/],
  ])('%s', (_, dispute, refusal) => {
    const said = refusalToSubmit(dispute, now);
    if (refusal === null) expect(said).toBeNull();
    else expect(said).toMatch(refusal);
  });
});

describe('the evidence', () => {
  const facts = (change: Partial<EvidenceFacts> = {}): EvidenceFacts => ({
    number: '1001',
    currency: 'eur',
    total: 3400,
    refunded: 0,
    orderedAt: at,
    paidAt: at,
    customer: {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      userId: 'user-7',
      address: ['Ada Lovelace', 'Square 12'],
    },
    items: [
      { name: 'Mug', sku: 'MUG', quantity: 2, total: 2500, digital: false },
      { name: 'Notes', sku: 'NOTES', quantity: 1, total: 900, digital: true },
    ],
    shipments: [
      { carrier: 'DHL', trackingNumber: 'A1', items: ['1 × Mug'], shippedAt: at, deliveredAt: null },
      { carrier: 'DHL', trackingNumber: 'A2', items: ['1 × Mug'], shippedAt: at, deliveredAt: at },
    ],
    returns: [{ items: ['1 × Mug'], at }],
    downloads: [{ name: 'Notes', used: 2, allowed: 5, lastUseAt: at }],
    licenceKeys: [],
    mails: [{ title: 'Order confirmation', sentAt: at }],
    ...change,
  });

  test('puts what is known into Stripe’s fields, with commas between carriers and between numbers', () => {
    expect(gatherEvidence(facts())).toEqual({
      customer_name: 'Ada Lovelace',
      customer_email_address: 'ada@example.com',
      product_description: '2 × Mug (MUG), €25.00, physical goods\n1 × Notes (NOTES), €9.00, delivered as a download',
      shipping_address: 'Ada Lovelace\nSquare 12',
      shipping_carrier: 'DHL',
      shipping_tracking_number: 'A1, A2',
      shipping_date: '23 November 2026',
      access_activity_log: 'Notes: downloaded 2 of 5 times, last on 23 November 2026 at 10:30 UTC',
      uncategorized_text: expect.any(String),
    });
    expect(gatherEvidence(facts()).uncategorized_text).toBe(
      [
        'Order 1001 was placed on 23 November 2026 at 10:30 UTC, paid on 23 November 2026 at 10:30 UTC: €34.00.',
        'The customer was signed in to the account user-7.',
        '',
        'What was bought:',
        '- 2 × Mug (MUG), €25.00, physical goods',
        '- 1 × Notes (NOTES), €9.00, delivered as a download',
        '',
        'What was shipped:',
        '- 1 × Mug: shipped on 23 November 2026 with DHL, tracking number A1',
        '- 1 × Mug: shipped on 23 November 2026 with DHL, tracking number A2, delivered on 23 November 2026',
        '',
        'What came back:',
        '- 1 × Mug: received on 23 November 2026',
        '',
        'What was downloaded:',
        '- Notes: downloaded 2 of 5 times, last on 23 November 2026 at 10:30 UTC',
        '',
        'Messages to the customer:',
        '- Order confirmation, sent on 23 November 2026 at 10:30 UTC',
      ].join('\n'),
    );
  });

  test('claims nothing that did not happen: no address if nothing was shipped, no service that was not provided', () => {
    const nothing = gatherEvidence(facts({ shipments: [], downloads: [], mails: [] }));
    expect(Object.keys(nothing).sort()).toEqual([
      'customer_email_address',
      'customer_name',
      'product_description',
      'uncategorized_text',
    ]);
    expect(nothing.product_description).toMatch(/Notes.*, a download$/);
    expect(nothing.uncategorized_text).not.toMatch(/shipped|delivered/);
    const unused = gatherEvidence(facts({ downloads: [{ name: 'Notes', used: 0, allowed: 5, lastUseAt: null }] }));
    expect(unused.access_activity_log).toBe('Notes: made available, not downloaded');
  });

  test('names the day of delivery if everything was downloads', () => {
    const items = [{ name: 'Notes', sku: 'NOTES', quantity: 1, total: 900, digital: true }];
    expect(gatherEvidence(facts({ items, shipments: [] })).service_date).toBe('23 November 2026');
    expect(gatherEvidence(facts({ items, shipments: [], paidAt: null }))).not.toHaveProperty('service_date');
  });

  test('contains nothing about an erased customer', () => {
    expect(JSON.stringify(gatherEvidence(facts({ customer: null })))).not.toMatch(/Ada|ada@|Square|user-7/);
  });

  test('says what was refunded', () => {
    expect(gatherEvidence(facts({ refunded: 400 })).uncategorized_text).toMatch(/Refunded so far: €4\.00\.$/);
  });

  test('is never longer than Stripe accepts, and never ends inside a character', () => {
    const many = Array.from({ length: 900 }, (_, n) => ({
      ...{ sku: `S${n}`, quantity: 1, total: 1, digital: false },
      name: '🫖'.repeat(40),
    }));
    const evidence = gatherEvidence(facts({ items: many }));
    for (const text of Object.values(evidence)) {
      expect(text.length).toBeLessThanOrEqual(LONGEST_FIELD);
      expect(text).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
    }
    expect(lengthOf(evidence)).toBeLessThanOrEqual(LONGEST_EVIDENCE);
    expect(evidence.product_description).toMatch(/…$/);
  });
});
