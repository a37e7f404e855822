import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/until';
import { picture, pictureOfPanel } from './staff-pictures';
import { SupportDesk } from './support-desk';
import { type ToldRequest, toldTicket } from './told-ticket';

/**
 * The tickets of docs/support-tickets.md that tickets.deep.test.ts does not do, with the blocks and the requests that
 * stand there. With `RECORD=1` this run takes their pictures.
 */

let desk: SupportDesk;
beforeAll(async () => {
  desk = await SupportDesk.open();
});
afterAll(async () => {
  expect(await desk?.close()).toBe(0);
});

interface Priced {
  prices: { stripePriceId: string }[];
}

const TULIPS = { sku: 'TULIPS', quantity: 1 };

test('1: paid, but nothing came: the success page takes the payment up, and the parcel leaves', async () => {
  const { blocks, request } = toldTicket(1);
  const { page, staff, system } = desk;
  await newEvents('drop them');
  try {
    await page.goto(system.env.PUBLIC_URL as string);
    await page.getByRole('button', { name: 'Add to cart Ten Tulips' }).click();
    await page.goto(`${system.env.PUBLIC_URL}/cart`);
    await page.getByRole('button', { name: 'Go to payment' }).first().click();
    await page.waitForURL(/\/pay\/cs_/);
    await desk.openPaymentControl();
    const sessionId = (await page.locator('#sessions tbody tr').first().locator('code').textContent()) as string;
    await page.getByRole('button', { name: `Pay session ${sessionId}` }).click();
    await page.getByText(`${sessionId} is now complete`).waitFor();

    expect(await desk.find('shopper@example.com')).toContain('No order was found');
    expect(await desk.find(sessionId)).toContain('PENDING, not paid');
    await page.goto(`${system.env.PUBLIC_URL}/success?session_id=${sessionId}`);
    await page.locator('.story[data-status="PREPARING"]').waitFor();
    expect(await desk.find('shopper@example.com')).toContain('PREPARING, paid');
    await picture('finder', page, { x: 272, y: 0, width: 736, height: 480 });
    await page.getByRole('link', { name: 'Workflow' }).click();
    await staff.readUntil('It waits for staff to ship it.');
    await desk.send('ship', blocks[0]);
    const shipped = await staff.readUntil('order_shipped: sent');
    expect(shipped).toContain('DHL 00340434161094021501');
  } finally {
    await newEvents('send them');
  }

  const prints = await desk.paid([{ sku: 'PRESSED-FLOWERS', quantity: 1 }], 'prints@example.com');
  await desk.ask(request('resend-email'), prints);
  await until(async () => (await system.mailsTo('prints@example.com')).length === 2, 'the links to be sent again');
}, 120_000);

test('2: charged twice: the second of two orders is cancelled, and its document shows the refund', async () => {
  const kept = await desk.paid([{ sku: 'TULIPS', quantity: 2 }], 'twice@example.com');
  const second = await desk.paid([{ sku: 'TULIPS', quantity: 2 }], 'twice@example.com');
  const found = await desk.find('twice@example.com');
  expect(found).toContain(`Order ${kept.number}`);
  expect(found).toContain(`Order ${second.number}`);
  await desk.page.getByRole('link', { name: 'Workflow' }).first().click();
  await desk.staff.readUntil(`Order ${second.number}: PREPARING`);
  await desk.send('cancel', toldTicket(2).blocks[0]);
  const document = await desk.documentOf(second.number, 'Refund notice sent to the customer');
  expect(document).toContain('REFUNDED');
  expect(document).toContain('€36.00 (a duplicate): given back');
  expect((await desk.orderOf(kept.number)).status).toBe('PREPARING');
}, 120_000);

test('3: the address is wrong: held, corrected, released', async () => {
  const { blocks, request } = toldTicket(3);
  const order = await desk.paid([TULIPS], 'moved@example.com');
  await desk.openFound(order.number);
  await desk.staff.readUntil('PREPARING');
  await desk.send('hold', blocks[0]);
  await desk.staff.readUntil('Shipping is on hold: address');
  expect(await desk.ask(request('contact'), order)).toMatchObject({
    customer: { address: { line1: '12 St James’s Square' } },
  });
  await desk.send('release');
  await desk.staff.readUntil('It waits for staff to ship it.');
  const document = await desk.documentOf(order.number, 'Corrected the postal address');
  expect(document).toContain('12 St James’s Square');
  await desk.page.getByRole('link', { name: 'Packing slip' }).click();
  await desk.page.getByText('12 St James’s Square').waitFor();
}, 120_000);

test('5: the parcel is lost: the same is sent again, also when the order had ended', async () => {
  const { blocks, request, text } = toldTicket(5);
  const { staff } = desk;
  const order = await desk.paid([TULIPS], 'lost@example.com');
  await ship(order.number, 'LOST-1');
  await desk.openFound('LOST-1');
  await staff.readUntil('SHIPPED');
  expect((await staff.offered('replace'))[0]).toEqual(blocks[0]);
  const stock = (change: object) =>
    desk.system.staff('POST', '/admin/products/TULIPS/stock', { ...change, reason: 'practice' });
  await stock({ count: 0 });
  try {
    await staff.fillIn('replace', blocks[0]);
    expect(text).toContain(`“${await staff.submitInVain()}”`);
  } finally {
    await stock({ receive: 20 });
  }
  await staff.submit();
  const again = await staff.readUntil('To be sent at no charge: 1 × TULIPS');
  expect(again).toContain('2 × TULIPS, 1 of them at no charge: 1 sent, 1 to send');
  const [parcel] = await staff.offered('ship');
  await desk.send('ship', { ...parcel, trackingNumber: 'FOUND-1' });
  expect(await staff.readUntil('DHL FOUND-1')).toContain('DHL LOST-1');

  await desk.system.staff('POST', `/admin/orders/${order.number}/deliver`);
  await desk.orderWhen(order.number, ({ status }) => status === 'COMPLETED');
  await desk.ask(request('replace'), order);
  await desk.openFound(order.number);
  await staff.readUntil('It waits for staff to ship it.');
  await desk.send('ship', { ...parcel, trackingNumber: 'FOUND-2' });
  await staff.readUntil('DHL FOUND-2');
}, 120_000);

test('4, 6 and 11: an order that has ended is refunded, takes goods back, and settles a refund that failed, by the API', async () => {
  const order = await desk.paid([{ ...TULIPS, quantity: 2 }], 'ended@example.com');
  await ship(order.number, 'ENDED-1');
  await desk.system.staff('POST', `/admin/orders/${order.number}/deliver`);
  await desk.orderWhen(order.number, ({ status }) => status === 'COMPLETED');
  await desk.openFound(order.number);
  expect(await desk.staff.readUntil('It has ended')).not.toContain('Send an Update');
  await desk.page.getByRole('button', { name: 'More Actions' }).click();
  await desk.page.getByRole('menuitem').first().waitFor();
  expect(await desk.page.getByRole('menuitem', { name: 'Send an Update' }).count()).toBe(0);
  expect(await desk.ask(toldTicket(6).request('returns'), order)).toMatchObject({ refunded: { amount: 1800 } });
  await desk.ask(toldTicket(4).request('refund'), order);
  const { refunds } = await desk.orderWhen(order.number, (now) => now.status === 'REFUNDED');
  const { request } = toldTicket(11);
  const fail = async (id = '') => {
    await desk.orderWhen(order.number, (now) => now.refunds.some((one) => one.id === id && one.status === 'succeeded'));
    await desk.system.atStripe(`/refunds/${id}/fail`);
    await desk.orderWhen(order.number, ({ attention }) => attention?.step === 'refund-failed');
  };
  const known = refunds.map(({ id }) => id);
  await fail(known[0]);
  await desk.openNeedingAttention(order); // although it has ended
  await desk.staff.readUntil('It has ended');
  await desk.ask(request('retry'), order);
  const again = await desk.orderWhen(order.number, (now) => now.attention === null && now.refunds.length === 3);
  await fail(again.refunds.find(({ id }) => !known.includes(id))?.id);
  await desk.ask(request('resolve'), order);
  await desk.orderWhen(order.number, ({ status, attention }) => status === 'REFUNDED' && attention === null);
}, 120_000);

test('7: an exchange: the other goods are sent instead, before the first have left and after they came back', async () => {
  const { blocks, request, text } = toldTicket(7);
  const { staff, system } = desk;
  await desk.ask(request('PUT products/RANUNCULUS'));
  await desk.ask(request('POST products/RANUNCULUS/stock'));
  expect(text).toContain('npm run stripe:setup');
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'activities/catalogue/stripe-setup.ts'], {
    cwd: join(__dirname, '../..'),
    env: { ...process.env, ...system.env },
  });

  const order = await desk.paid([TULIPS], 'pink@example.com');
  await desk.openFound(order.number);
  await staff.readUntil('PREPARING');
  const [offered] = await staff.offered('replace');
  await staff.fillIn('replace', offered);
  expect(await staff.submitInVain()).toBe('put the SKU to send in place of …');
  await staff.paste(blocks[0] as object);
  await staff.submit();
  expect(await staff.readUntil('To be sent at no charge')).toContain(
    '1 × RANUNCULUS instead of TULIPS: 0 sent, 1 to send',
  );

  await ship(order.number, 'PINK-1');
  await staff.readUntil('SHIPPED');
  const back = [{ sku: 'RANUNCULUS', quantity: 1 }];
  await desk.send('return', { items: back, condition: 'restock' });
  await staff.readUntil('Came back');
  const other = { sku: 'RANUNCULUS', quantity: 1, with: 'TULIPS' };
  expect(await staff.offered('replace')).toEqual([{ items: back }, { items: [{ ...other, with: '…' }] }]);
  await desk.send('replace', { items: [other] });
  expect(await staff.readUntil('instead of RANUNCULUS')).toContain(
    '1 × TULIPS instead of RANUNCULUS: 0 sent, 1 to send',
  );
}, 120_000);

test('8: a dispute is answered, then lost; the goods go back into stock', async () => {
  const { request } = toldTicket(8);
  const { page, staff } = desk;
  const order = await desk.paid([TULIPS], 'dispute@example.com');
  await desk.openPaymentControl();
  await page
    .locator('#payments')
    .getByRole('button', { name: /^Dispute/ })
    .first()
    .click();
  const { disputes } = await desk.orderWhen(order.number, (now) => now.disputes.length > 0, 'the dispute');
  const id = disputes[0]?.id as string;
  await desk.openFromView('Disputed', id);
  const dispute = await staff.readUntil('Answer by');
  expect(dispute).toContain(`Dispute of order ${order.number}: needs_response`);
  expect(await desk.ask({ ...request('GET disputes/du_…'), path: `disputes/${id}` })).toMatchObject({
    evidence: { customer_email_address: 'dispute@example.com' },
  });
  await pictureOfPanel('dispute', page, staff.panel);
  await desk.send('submitEvidence');
  await staff.readUntil('The evidence is submitted.');
  await desk.openFound(order.number);
  await staff.readUntil('the evidence is submitted, and the bank decides');

  await desk.openPaymentControl();
  await page.locator('#disputes').getByRole('button', { name: /^Lose/ }).first().click();
  await desk.openNeedingAttention(order);
  await staff.readUntil('dispute-lost');
  await desk.send('cancel', { reason: 'requested_by_customer' });
  await desk.orderWhen(order.number, ({ status }) => status === 'REFUNDED');
  expect(await desk.documentOf(order.number, 'lost (the bank’s reason: fraudulent)')).not.toContain('answer by');
}, 120_000);

test('9: a mail came back: the address is corrected, and the mail goes again', async () => {
  const { request } = toldTicket(9);
  const { page, staff, system } = desk;
  const order = await desk.paid([TULIPS], 'adaa@example.com');
  const [mail] = await until(async () => {
    const mails = await system.mailsTo('adaa@example.com');
    return mails.length > 0 && mails;
  });
  await page.goto(`${system.env.OUTBOX_URL}/mails/${mail?.id}`);
  await page.getByRole('button', { name: 'It bounces: no such mailbox' }).click();
  await desk.openNeedingAttention(order);
  const details = await staff.readUntil('Needs attention at contact');
  expect(details).toContain('order_confirmation: did not reach its reader');
  expect(details).toContain('It waits for staff to ship it.');
  await pictureOfPanel('bounced', page, staff.panel);
  await desk.ask(request('contact'), order);
  await desk.ask(request('resend-email'), order);
  await desk.orderWhen(order.number, ({ attention }) => attention === null, 'the order to need nobody');
  await until(async () => (await system.mailsTo('ada@example.com')).some(({ tags }) => tags.order === order.number));
  await staff.readUntil('order_confirmation: sent');
}, 120_000);

test('10: sold out after it was paid: what is missing is refunded, and the rest leaves', async () => {
  const { blocks, request } = toldTicket(10);
  const { staff } = desk;
  const order = await desk.paid([TULIPS, { sku: 'STONE-VASE', quantity: 1 }], 'short@example.com');
  await desk.openFromView('To ship', order.sessionId);
  await staff.readUntil('PREPARING');
  const [wait, refund] = blocks;
  await desk.send('hold', wait);
  await staff.readUntil('Shipping is on hold: stock');
  await desk.send('release');
  await desk.send('refund', refund);
  expect(await staff.readUntil('€18.00 given back')).toContain('1 × TULIPS: 0 sent, 1 back in stock, 0 to send');
  const [rest] = await staff.offered('ship');
  expect(rest).toMatchObject({ items: [{ sku: 'STONE-VASE', quantity: 1 }] });
  await desk.send('ship', { ...rest, trackingNumber: 'VASE-1' });
  await staff.readUntil('SHIPPED');
  try {
    expect(await desk.ask(request('products/TULIPS/stock'))).toMatchObject({ onHand: 0 });

    // Somebody pays all the same, for a session that the shop did not make.
    const { prices } = (await desk.system.staff('GET', '/admin/products/TULIPS')).body as unknown as Priced;
    const late = await desk.system.atStripe('/sessions', {
      mode: 'payment',
      line_items: [{ price: prices[0]?.stripePriceId, quantity: 1 }],
      success_url: `${desk.system.env.PUBLIC_URL}/success?session_id={CHECKOUT_SESSION_ID}`,
    });
    await desk.system.atStripe(`/sessions/${late.id}/pay`, { email: 'late@example.com', wait: true });
    const { number } = await desk.orderWhen(String(late.id), ({ status }) => status === 'REFUNDED');
    expect(await desk.documentOf(number, 'Refund notice sent to the customer')).toContain('(out of stock): given back');
  } finally {
    await desk.system.staff('POST', '/admin/products/TULIPS/stock', { receive: 9, reason: 'delivery' });
  }
}, 120_000);

test('12: an invoice: turned on for orders to come, and linked from the document', async () => {
  const { request } = toldTicket(12);
  const shop = await desk.ask(request('GET shop'));
  const put = (settings: object) => desk.ask({ ...request('PUT shop'), body: JSON.stringify(settings) });
  await put({ ...shop, invoices: true });
  try {
    const order = await desk.paid([TULIPS], 'tax@example.com');
    await desk.documentOf(order.number, 'Invoice');
    await desk.page.getByRole('link', { name: 'Invoice' }).click();
    await desk.page.getByText('€18.00').first().waitFor();
    await desk.ask(request('resend-email'), order);
    const mails = await until(async () => {
      const all = await desk.system.mailsTo('tax@example.com');
      return all.length === 2 && all;
    }, 'the confirmation to be sent again');
    for (const { html } of mails) expect(html).toContain('/invoices/in_');
  } finally {
    await put(shop);
  }
}, 120_000);

test('13: delete my data: the order is completed first, then nobody finds the customer any more', async () => {
  const { request } = toldTicket(13);
  const erase = request('POST orders/1042/erase');
  const order = await desk.paid([TULIPS], 'gone@example.com');
  const about = (told: ToldRequest) => ({ ...told, path: told.path.replace('ada@', 'gone@') });
  expect(await desk.ask(about(request('export')))).toMatchObject({ orders: [{ number: order.number }] });
  expect(await desk.ask(erase, order)).toMatchObject({ code: 'invalid_transition' });
  await ship(order.number, 'GONE-1');
  await desk.openFound('gone@example.com');
  await desk.staff.readUntil('SHIPPED');
  await desk.send('deliver');
  await desk.orderWhen(order.number, ({ status }) => status === 'COMPLETED');
  await desk.ask(erase, order);
  expect((await desk.orderOf(order.number)).customer).toEqual({ email: null, name: null, address: null, userId: null });
  expect(await desk.ask(about(request('stock-requests')))).toEqual({ forgotten: true });
  expect(await desk.find('gone@example.com')).toContain('No order was found');
  expect(await desk.documentOf(order.number, 'CustomerErased, ')).not.toContain('gone@example.com');
}, 120_000);

test('14: an outage: one mail, the order says what it waits for, and goes on with retry, or by itself before', async () => {
  const { request } = toldTicket(14);
  const { page, staff, system } = desk;
  const before = (await desk.ask(request('"dryRun":true'))).numbers as string[];
  const order = await desk.paid([{ sku: 'STONE-VASE', quantity: 1 }], 'outage@example.com');
  await desk.openFound(order.number);
  await staff.readUntil('PREPARING');
  const alarms = async () =>
    (await system.mailsTo(system.env.STAFF_EMAIL as string)).filter(({ subject }) => /refuses our key/.test(subject));
  await desk.ask(request('control POST /faults'));
  try {
    await desk.send('refund', { amount: 500, reason: 'damaged' });
    const details = await staff.readUntil('Needs attention at refund');
    expect(details).toMatch(/It waits for the refund of \S+ to be taken by Stripe\./);
    const [, told = ''] = /for example “([^”]+)”/.exec(toldTicket(14).text) ?? [];
    expect(details).toContain(told);
    await pictureOfPanel('outage', page, staff.panel);
    const { numbers } = await desk.ask(request('"dryRun":true'));
    expect((numbers as string[]).sort()).toEqual([...before, order.number].sort());
    await until(async () => (await alarms()).length > 0, 'the mail about the key');
    await staff.fillIn('retry');
  } finally {
    await desk.ask(request('control DELETE /faults'));
  }
  await staff.submitUnless('Nothing needs attention'); // the order tries by itself, too, and may be faster
  await staff.readUntil('€5.00 given back, €19.00 left');

  await desk.ask(request('POST reconciliations'));
  await until(async () => (await desk.ask(request('reconciliations/latest'))).status === 'COMPLETED', 'the sweep');
  expect(await desk.ask(request('Idempotency-Key'))).toMatchObject({ matched: before.length });
  expect(await alarms()).toHaveLength(1); // after all that might have sent another
}, 120_000);

const ship = (number: string, trackingNumber: string) =>
  desk.system.staff('POST', `/admin/orders/${number}/ship`, { carrier: 'DHL', trackingNumber });

/** On the payment control: what becomes of new events. */
async function newEvents(choice: 'drop them' | 'send them'): Promise<void> {
  await desk.openPaymentControl();
  await desk.page.getByLabel('New events').selectOption({ label: choice });
  await desk.page.getByRole('button', { name: 'Apply' }).click();
  await desk.page.getByRole('status').waitFor();
}
