import { CAPTURE } from '../../domain/mail';
import { REASONS } from '../../domain/order';
import { compose, TEMPLATES, type Template } from '../../emails';
import type { OrderFacts, WithdrawalFacts } from '../../emails/facts';
import { sampleFacts, THINGS } from '../../sandbox/outbox/sample-order';
import { CASES } from '../../sandbox/outbox/samples';

const NAMES = Object.keys(TEMPLATES) as Template[];

/** The facts of the usual case of a template, with some changed. */
function factsFor(template: Template, change: Partial<OrderFacts> = {}) {
  const [usual] = Object.values(CASES[template]);
  return sampleFacts({ ...usual?.order?.(THINGS.en), ...change }, usual?.ref ?? null);
}

/** A mail about the sample order, with some facts changed. */
function mailOf(template: Template, change: Partial<OrderFacts> = {}) {
  const mail = compose(template, factsFor(template, change));
  if (!mail) throw new Error('the mail would not be true');
  return mail;
}

describe('a withdrawal', () => {
  const { withdrawal } = sampleFacts().order;
  const both = (change: object) =>
    (['withdrawal_received', 'withdrawal_notice'] as const).map(
      (template) => mailOf(template, { withdrawal: { ...withdrawal, ...change } as WithdrawalFacts }).text,
    );

  test('is acknowledged with its content, date and time; staff hear what to do', () => {
    const [receipt, notice] = both({});
    for (const part of ['2 December 2026 at 08:15 UTC', 'Ada Lovelace', '1001', 'Walnut desk tray', 'send back'])
      expect(receipt).toContain(part);
    expect(notice).toContain('2 December 2026 at 08:15 UTC');
    for (const request of ['returns', 'refund'])
      expect(notice).toContain(`POST https://api.shop.example/admin/orders/1001/${request}`);
    expect(notice).not.toContain('Ada');
  });

  test('that undoes the order says so, and asks for nothing', () => {
    for (const text of both({ undone: true, shipped: false })) {
      expect(text).toMatch(/Nothing (of your order has been|was) delivered/);
      expect(text).not.toMatch(/send back|What to do/);
    }
  });

  test('that came late promises no refund', () => {
    expect(both({ late: true })[0]).not.toMatch(/looking\s+after\s+your\s+refund/);
    expect(both({})[0]).toMatch(/looking\s+after\s+your\s+refund/);
  });

  test('names what may be exempt, and that it is late', () => {
    for (const text of both({ late: true, begun: ['Field notes (PDF)'] })) {
      expect(text).toMatch(/after\s+the\s+withdrawal\s+period/);
      expect(text).toContain('Field notes (PDF)');
    }
  });

  test('is not made up', () => {
    expect(compose('withdrawal_received', sampleFacts({ withdrawal: null }))).toBeNull();
    expect(compose('withdrawal_notice', sampleFacts({ withdrawal: null }))).toBeNull();
  });
});

const isClassOf = (tag: string) => (name: string) => new RegExp(`class="[^"]*\\b${name}\\b`).test(tag);

const refunded = (status: string, reason = 'other', amount = 2000) =>
  mailOf('order_refunded', { refunds: [{ id: 're_1', amount, status, reason }], refunded: amount });

test('the confirmation promises a cancel until the order is shipped only where something is', () => {
  const items = sampleFacts().order.items.map((item) => ({ ...item, kind: 'DIGITAL' as const }));
  expect(mailOf('order_confirmation').text).toContain('Changed your mind?');
  expect(mailOf('order_confirmation', { items }).text).not.toContain('Changed your mind?');
});

describe.each(NAMES)('%s', (template) => {
  test('loads nothing remote: no image, no style sheet, no script, nothing that tracks the reader', () => {
    const { html } = mailOf(template);
    expect(html).not.toMatch(/<img|<script|<link|<iframe|src=|url\(|@import|@font-face/i);
  });

  test('works with a screen reader: language, title, one headline, presentational tables, headed data', () => {
    const { html } = mailOf(template);
    expect(html).toMatch(/^<!DOCTYPE html><html[^>]* lang="en"/);
    expect(html).toMatch(/<title>[^<]{5,}<\/title>/);
    expect(html.match(/<title>/g)).toHaveLength(1);
    expect(html.match(/<h1/g)).toHaveLength(1);
    for (const [table] of html.matchAll(/<table[^>]*>/g)) expect(table).toMatch(/role="presentation"|class="data/);
  });

  test('fits mail clients: at most 600 pixels, styles on the elements', () => {
    const { html } = mailOf(template);
    expect(html).toContain('max-width:600px');
    expect(html).not.toContain('<!-- -->');
  });

  test('is dark where the reader’s client is: every colour of its own has a dark one', () => {
    const { html } = mailOf(template);
    for (const name of ['color-scheme', 'supported-color-schemes'])
      expect(html).toContain(`<meta name="${name}" content="light dark"/>`);
    const [narrow, dark = ''] = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, css]) => css);
    expect(narrow).not.toMatch(/color|data-og/);
    expect(dark).toContain('@media (prefers-color-scheme: dark) {');
    const darkened = (property: string) =>
      [...dark.matchAll(new RegExp(`^\\.(\\w+)( >.*)? \\{ ${property}: `, 'gm'))].map(([, name]) => name as string);
    const inOutlook = (attribute: string) =>
      [...dark.matchAll(new RegExp(`^\\[${attribute}\\] \\.(\\w+)( >.*)? \\{`, 'gm'))].map(
        ([, name]) => name as string,
      );
    for (const [property, attribute] of [
      ['color', 'data-ogsc'],
      ['background-color', 'data-ogsb'],
    ] as const) {
      const names = darkened(property);
      expect(inOutlook(attribute)).toEqual(names);
      // Around all of it is React Email's own cell, which has no class: the rule of .page names it.
      const inside = html.slice(html.indexOf('<table')).replace(/<td [^>]*>/, '');
      for (const [tag] of inside.matchAll(/<[^/][^>]* style="[^"]*"[^>]*>/g))
        if (new RegExp(`[";]${property}:#`).test(tag)) expect([tag, names.some(isClassOf(tag))]).toEqual([tag, true]);
    }
  });

  test('plain text has the address of every link, and no markup', () => {
    const { html, text } = mailOf(template);
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href?.replaceAll('&amp;', '&'));
    for (const link of links) expect(text).toContain(link);
    expect(text).not.toMatch(/<\/?[a-z]+[ >]|&amp;|&#x?\d|undefined|null|NaN|\[object/);
    for (const line of text.split('\n')) if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(78);
  });

  test('text typed by people never becomes markup', () => {
    const evil = '<b onclick="x">&"\'</b>';
    const { html } = mailOf(template, {
      items: [{ sku: 'X', name: evil, kind: 'PHYSICAL', quantity: 1, unitAmount: 1, total: 1 }],
      shipTo: [evil],
      downloads: [{ name: evil, url: 'https://x.example/', expiresAt: new Date(0), remaining: 1 }],
      shipments: [
        {
          ...{ id: 'parcel-1', carrier: evil, trackingNumber: evil, trackingUrl: null },
          ...{ items: [{ name: evil, quantity: 1 }], toCome: [{ name: evil, quantity: 1 }] },
        },
      ],
      attention: { step: evil, reason: evil, since: new Date(0), behind: null },
    });
    expect(html.includes('<b onclick')).toBe(false);
  });

  test('the subject is one line, whatever it contains', () => {
    const evil = `1\r\nBcc: a@b.example\u2028\u0000\u202e${'long '.repeat(100)}`;
    const facts = factsFor(template, { number: evil });
    const attention = { step: evil, reason: evil, since: new Date(0), behind: null };
    const mail = compose(template, { ...facts, shop: evil, order: { ...facts.order, attention } });
    expect(mail?.subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
    expect([...(mail?.subject ?? '')].length).toBeLessThanOrEqual(120);
    expect(mail?.subject).not.toBe('');
  });

  test('the largest order stays below the 102 KB at which Gmail cuts a mail off', () => {
    const name = 'A product with a name that is as long as names of products get to be';
    const items = Array.from({ length: 50 }, (_, index) => ({
      ...{ sku: `SKU-${index}`, name, kind: 'PHYSICAL' as const },
      ...{ quantity: 99, unitAmount: 999_999, total: 98_999_901 },
    }));
    expect(Buffer.byteLength(mailOf(template, { items }).html)).toBeLessThan(102_000);
  });
});

test('order_confirmation as plain text', () => {
  expect(mailOf('order_confirmation').text).toBe(`Field & Fern

Thank you for your order
========================

We have received your payment. Your downloads are ready, and we will e-mail
you when the rest is on its way.


Your downloads

Field notes (PDF)

Download:
https://api.shop.example/downloads/3f0c1c1e-8f6b-4a9f-9a61-0f1d9b1f0a11.kJ8sXv3mQy2Lr0aBcDeFgHiJkLmNoPqRsTuVwXyZ012

You can use this link 5 times, until 8 December 2026 (UTC).


Order 1001

Item                                                 Amount
Walnut desk tray                                     €90.00
2 × €45.00
Brass reading lamp with a very long name that has   €129.00
to wrap somewhere
1 × €129.00
Field notes (PDF)                                     €9.00
1 × €9.00
-----------------------------------------------------------
Subtotal                                            €228.00
Discount                                            -€10.00
Shipping                                              €5.90
Tax                                                  €42.56
Total                                               €266.46


Shipping to

Ada Lovelace
12 St James’s Square
London
SW1Y 4JH
United Kingdom

View your order:
https://api.shop.example/orders/cs_test_a1B2c3/view?token=cs_test_a1B2c3.kJ8s

Changed your mind? From that page you can cancel your order until it is
shipped, and withdraw from the contract.

You are receiving this e-mail because this address was given for an order at
Field & Fern.
`);
});

test('a bundle is one line, with what is in it beneath', () => {
  const box = { sku: 'BOX', name: 'Birthday box', quantity: 2, unitAmount: 2500, total: 5000 };
  const contents = [
    { name: 'Stoneware Vase', quantity: 2 },
    { name: 'Card', quantity: 4 },
  ];
  const { text } = mailOf('order_confirmation', { bought: [{ ...box, contents }] });
  expect(text).toMatch(/Birthday box +€50\.00\n2 × €25\.00\n2 × Stoneware Vase\n4 × Card\n/);
});

describe('sums', () => {
  const sumsOf = (change: Partial<OrderFacts>) => {
    const { text } = mailOf('order_confirmation', change);
    return [...text.matchAll(/^(Subtotal|Discount|Shipping|Tax.*?|Total) {3,}(\S+)$/gm)].map(
      ([, name, amount]) => `${name} ${amount}`,
    );
  };
  const plain = { subtotal: 9900, discount: 0, shipping: 0, tax: 0, total: 9900 };

  test('sums that are zero are left out', () => {
    expect(sumsOf(plain)).toEqual(['Total €99.00']);
    expect(sumsOf({ ...plain, shipping: 500, total: 10400 })).toEqual([
      'Subtotal €99.00',
      'Shipping €5.00',
      'Total €104.00',
    ]);
  });

  test('tax on top of the prices is added; tax included in them is only shown', () => {
    expect(sumsOf({ ...plain, tax: 1900, total: 11800 })).toContain('Tax €19.00');
    expect(sumsOf({ ...plain, tax: 1581, taxIncluded: 1581 })).toEqual(['Tax (included) €15.81', 'Total €99.00']);
  });

  test('the two kinds of tax are listed separately, so that the total adds up', () => {
    expect(sumsOf({ ...plain, tax: 2500, taxIncluded: 600, total: 11800 })).toEqual([
      'Subtotal €99.00',
      'Tax €19.00',
      'Tax (included) €6.00',
      'Total €118.00',
    ]);
  });

  test('amounts follow the order’s currency and locale', () => {
    expect(mailOf('order_confirmation', { ...plain, currency: 'jpy', locale: 'ja' }).text).toContain('￥9,900');
    expect(mailOf('order_confirmation', { ...plain, locale: 'de' }).text).toContain('99,00\u00a0€');
  });
});

test('an invoice is linked in the confirmation alone, and only if there is one', () => {
  const invoiceUrl = 'https://invoice.stripe.example/i/acct_1/live_a1';
  const { text, html } = mailOf('order_confirmation', { invoiceUrl });
  for (const body of [text, html]) expect(body).toContain(invoiceUrl);
  expect(mailOf('order_confirmation').text).not.toContain('invoice');
});

describe('refunds', () => {
  test.each(['pending', 'requires_action', 'requested'])('%s is called initiated, never refunded', (status) => {
    const { subject, text } = refunded(status);
    expect(subject).toContain('has been initiated');
    expect(text).toContain('We have initiated a refund of €20.00');
    expect(`${subject}${text}`).not.toMatch(/have refunded|is on its way back/);
  });

  test('one that waits for the customer’s bank details says what they must do, in text and in HTML', () => {
    const { text, html } = refunded('requires_action');
    for (const body of [text.replaceAll('\n', ' '), html]) {
      expect(body).toContain('has sent you an e-mail that asks for your bank details. Please answer it.');
      expect(body).toContain('Without an answer the refund lapses');
      expect(body).not.toContain('You do not need to do anything');
    }
  });

  test('only a refund that succeeded is called refunded', () => {
    const { subject, text } = refunded('succeeded');
    expect(subject).toMatch(/^We have refunded €20\.00/);
    expect(`${subject}${text}`).not.toMatch(/initiated/);
  });

  test.each(['failed', 'canceled', 'withdrawn', 'settled_elsewhere'])(
    'a refund that is %s gets no such mail',
    (status) => {
      const refunds = [{ id: 're_1', amount: 1, status, reason: 'other' }];
      expect(compose('order_refunded', sampleFacts({ refunds }, 're_1'))).toBeNull();
    },
  );

  test('every reason has its own sentence, and one of Stripe’s Dashboard is not repeated to the customer', () => {
    const firstLine = (reason: string) => refunded('pending', reason).text.split('\n')[5];
    expect(new Set(REASONS.map(firstLine)).size).toBe(REASONS.length);
    expect(refunded('pending', 'fraudulent').text).not.toContain('fraud');
    expect(firstLine('fraudulent')).toBe(firstLine('other'));
  });

  test('earlier refunds are shown beside it', () => {
    const refunds = [{ id: 're_1', amount: 2000, status: 'pending', reason: 'other' }];
    expect(mailOf('order_refunded', { refunds, refunded: 5000 }).text).toMatch(/Total refunded +€50\.00/);
    expect(refunded('pending').text).not.toContain('Total refunded');
  });
});

test('an expired checkout says that the card was declined, when it was', () => {
  expect(mailOf('checkout_expired', { declined: true }).text).toContain('Your card was declined');
  expect(mailOf('checkout_expired').text).not.toContain('declined');
});

describe('delayed payments', () => {
  test('payment_processing says how to pay a voucher: its page, its number, and until when', () => {
    const voucher = {
      url: 'https://pay.example/v/1',
      reference: '11249 123456789',
      stores: [],
      expiresAt: '2026-12-04T23:59:00.000Z',
    };
    const { html, text } = compose('payment_processing', sampleFacts({ paymentStatus: 'PROCESSING', voucher })) ?? {};
    expect(html).toContain('href="https://pay.example/v/1"');
    for (const part of ['https://pay.example/v/1', '11249 123456789', '4 December 2026 at 23:59 UTC'])
      expect(text).toContain(part);
    expect(text).not.toContain('If you were given a voucher');
  });

  test('payment_processing says what to tell each shop where a voucher can be paid', () => {
    const stores = [
      { name: 'FamilyMart', paymentCode: '123456', confirmationNumber: '12345678901' },
      { name: 'Ministop', paymentCode: '654321', confirmationNumber: null },
    ];
    const voucher = { url: null, reference: null, stores, expiresAt: null };
    const { text } = compose('payment_processing', sampleFacts({ paymentStatus: 'PROCESSING', voucher })) ?? {};
    expect(text).toMatch(/At FamilyMart\s+Payment code 123456, confirmation number\s+12345678901\n/);
    expect(text).toMatch(/At Ministop\s+Payment code 654321\n/);
  });

  test('attention_needed tells until when a payment can be captured, and nothing once it is', () => {
    const captureBefore = new Date('2026-12-04T23:59:00Z');
    const facts = { ...sampleFacts({ status: 'PENDING', captureBefore }), step: CAPTURE } as const;
    expect(compose('attention_needed', facts)).toMatchObject({
      subject: 'Order 1001: capture its payment before 4 December 2026 at 23:59 UTC',
      text: expect.stringContaining('Stripe Dashboard'),
    });
    const captured = { ...facts, order: { ...facts.order, captureBefore: null } };
    expect(compose('attention_needed', captured)).toBeNull();
  });

  test.each(['UNPAID', 'PAID', 'FAILED', 'REFUNDED'])('payment_processing is not sent when %s', (paymentStatus) => {
    expect(compose('payment_processing', sampleFacts({ paymentStatus }))).toBeNull();
  });

  test.each(['UNPAID', 'PAID', 'PROCESSING', 'REFUNDED'])('payment_failed is not sent when %s', (paymentStatus) => {
    expect(compose('payment_failed', sampleFacts({ paymentStatus }))).toBeNull();
  });

  test('a failed payment gets a link to try again, with its expiry date', () => {
    const { text } = mailOf('payment_failed');
    expect(text).toMatch(/Try again:\nhttps:\/\/api\.shop\.example\/recover\/cs_test_a1B2c3\./);
    expect(text.replaceAll('\n', ' ')).toContain('The link works until 31 December 2026 (UTC).');
    expect(mailOf('payment_failed', { recovery: null }).text).toContain('Try again: https://shop.example\n');
  });
});

describe('a refund that did not go through', () => {
  test.each(['failed', 'canceled'])('%s: the mail gives its amount and what was refunded so far', (status) => {
    const refunds = [{ id: 're_failed', amount: 2000, status, reason: 'damaged' }];
    const { subject, text } = mailOf('refund_failed', { refunds, refunded: 500 });
    expect(subject).toBe('Your refund of €20.00 did not go through: order 1001');
    expect(text).toMatch(/This refund +€20\.00/);
    expect(text).toMatch(/Refunded so far +€5\.00/);
  });

  test.each(['requested', 'pending', 'requires_action', 'succeeded'])('%s: no such mail', (status) => {
    const refunds = [{ id: 're_failed', amount: 2000, status, reason: 'other' }];
    expect(compose('refund_failed', sampleFacts({ refunds }, 're_failed'))).toBeNull();
  });
});

describe('disputes', () => {
  const [sample] = sampleFacts().order.disputes;
  const one = (change: Partial<OrderFacts['disputes'][number]>) => ({
    disputes: [{ ...(sample as OrderFacts['disputes'][number]), ...change }],
  });

  test('the notice gives amount, reason, deadline and how to answer, and nothing about the customer', () => {
    const { subject, text } = mailOf('dispute_opened');
    expect(subject).toBe('Order 1001 is disputed: €266.46');
    expect(text).toMatch(/Reason +product not received/);
    expect(text).toMatch(/Answer by +9 December 2026 at 23:59 UTC/);
    expect(text).toContain('POST https://api.shop.example/admin/disputes/du_1/submit');
    expect(text).not.toMatch(/Ada|Lovelace|London/);
  });

  test('a dispute without a deadline says so, and is shown in its own currency', () => {
    const { subject, text } = mailOf('dispute_opened', one({ dueBy: null, amount: 500, currency: 'jpy' }));
    expect(subject).toContain('¥500');
    expect(text).toMatch(/Answer by +Stripe gives no deadline/);
  });

  test('a status that Stripe adds later is shown as it is', () => {
    expect(mailOf('dispute_opened', one({ status: 'some_new_word' })).text).toMatch(/Status +some new word/);
  });

  test.each([
    ['closed', { open: false }],
    ['answered', { submitted: true }],
    ['without a deadline', { dueBy: null }],
  ])('no reminder is sent when it is %s', (_, change) => {
    expect(compose('dispute_deadline', sampleFacts(one(change), 'du_1'))).toBeNull();
  });

  test('an inquiry has taken no money, and unanswered it becomes a dispute', () => {
    const inquiry = one({ status: 'warning_needs_response' });
    expect(mailOf('dispute_opened', inquiry).text.replaceAll('\n', ' ')).toContain('No money was taken so far.');
    expect(mailOf('dispute_deadline', inquiry).text.replaceAll('\n', ' ')).toContain('usually becomes a dispute');
    expect(mailOf('dispute_deadline').text.replaceAll('\n', ' ')).toContain('the dispute is lost');
  });

  test('a dispute that the bank takes no answer to asks for none', () => {
    const { text } = mailOf('dispute_opened', one({ answerable: false, dueBy: null }));
    expect(text).toMatch(/Answer by +The bank takes no answer/);
    expect(text).not.toMatch(/submit/);
    expect(compose('dispute_deadline', sampleFacts(one({ answerable: false }), 'du_1'))).toBeNull();
  });

  test('the evidence of an order that never was shipped is not called shipped', () => {
    expect(mailOf('dispute_opened').text).toContain('what was shipped');
    expect(mailOf('dispute_opened', { shipments: [] }).text).not.toContain('what was shipped');
  });

  test('no notice is sent once the dispute is closed', () => {
    expect(compose('dispute_opened', sampleFacts(one({ open: false }), 'du_1'))).toBeNull();
  });
});

test('an order that has ended is not to be cancelled', () => {
  expect(mailOf('attention_needed').text).toContain('/cancel');
  const attention = { step: 'dispute-lost', reason: 'The dispute is lost', since: new Date(0), behind: null };
  const { text } = mailOf('attention_needed', { status: 'COMPLETED', attention });
  expect(text).not.toContain('/cancel');
  expect(text).toContain('This takes note, and the order goes on:');
});

test('staff are told every way to end a refund that Stripe refuses', () => {
  const attention = { step: 'refund-refused', reason: '“No balance”', since: new Date(0), behind: null };
  const { text } = mailOf('attention_needed', { attention });
  for (const move of ['/retry', '/resolve {"how":"withdraw"}', '/resolve {"how":"settled_elsewhere"}', '/cancel'])
    expect(text.replaceAll(/\s+/g, ' ')).toContain(move);
});

test('a mail about what stands behind a refund that needs staff says how to answer that alone', () => {
  const attention = { step: 'dispute-lost', reason: 'It is lost', since: new Date(0), behind: 'refund-refused' };
  const { text } = mailOf('attention_needed', { attention });
  expect(text).toContain('also needs you at “refund-refused”');
  expect(text).toContain('/resolve {"how":"accept"}');
  expect(text).not.toContain('/retry');
});

test('no mail is made about a parcel, refund, dispute or flag that the order does not have', () => {
  expect(compose('order_shipped', sampleFacts({}, 'another'))).toBeNull();
  expect(compose('order_refunded', sampleFacts({}, 'another'))).toBeNull();
  expect(compose('dispute_opened', sampleFacts({}, 'another'))).toBeNull();
  expect(compose('attention_needed', sampleFacts({ attention: null }))).toBeNull();
});

test('a free order has nothing to pay', () => {
  expect(mailOf('order_confirmation', { total: 0, subtotal: 0, discount: 0, shipping: 0, tax: 0 }).text).toContain(
    'There is nothing to pay.',
  );
});
