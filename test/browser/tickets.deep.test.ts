import { ATTENTION_VIEW, savedViews } from '../../messages/views';
import { until } from '../support/until';
import type { StaffAtTemporal } from './staff-at-temporal';
import { picture, pictureOfPanel } from './staff-pictures';
import { SupportDesk } from './support-desk';

/**
 * Tickets of docs/support-tickets.md, in the real Temporal UI, through its own forms. With `RECORD=1` this run takes
 * the pictures of that page (`npm run docs:staff-pictures`). The other tickets: tickets-more.deep.test.ts.
 */

let desk: SupportDesk;
let staff: StaffAtTemporal;

beforeAll(async () => {
  desk = await SupportDesk.open();
  staff = desk.staff;
});
afterAll(async () => {
  expect(await desk?.close()).toBe(0);
});

test('an order is found by its view, and its details say what it waits for and what can be done', async () => {
  const order = await desk.paid([
    { sku: 'TULIPS', quantity: 2 },
    { sku: 'STONE-VASE', quantity: 1 },
  ]);
  const { page } = staff;
  await setUpBrowser();
  await page.getByRole('link', { name: order.sessionId }).waitFor();
  await page.getByRole('columnheader', { name: 'Order Number' }).or(page.getByText('OrderNumber')).first().waitFor();
  await page.getByRole('cell', { name: order.number, exact: true }).waitFor();
  await picture('list', page, { x: 256, y: 48, width: 1024, height: 420 });
  await staff.openFromList(order.sessionId);
  const details = await staff.readUntil('PREPARING');
  expect(details).toContain(`Order ${order.number}: PREPARING`);
  expect(details).toContain('It waits for staff to ship it.');
  expect(details).toMatch(/2 × TULIPS: 0 sent, 2 to send/);
  expect(await staff.offered('cancel')).toEqual([{ reason: 'requested_by_customer' }]);
  expect(await staff.offered('retry')).toEqual([]); // nothing needs attention
  await pictureOfPanel('details', staff.page, staff.panel);
  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menuitem', { name: 'Terminate' }).waitFor();
  await picture('actions', page, { x: 256, y: 64, width: 1024, height: 340 });
}, 120_000);

test('a part is shipped by pasting the offered block; one that is not filled in is refused in one sentence', async () => {
  const order = await desk.paid([
    { sku: 'TULIPS', quantity: 2 },
    { sku: 'STONE-VASE', quantity: 1 },
  ]);
  await desk.openFromView('To ship', order.sessionId);
  await staff.readUntil('PREPARING');
  const [block] = await staff.offered('ship');
  expect(block).toMatchObject({
    items: [
      { sku: 'TULIPS', quantity: 2 },
      { sku: 'STONE-VASE', quantity: 1 },
    ],
  });
  await staff.copyBlock(); // the first one, although it is wider than the panel
  await staff.fillIn('ship');
  await staff.paste();
  expect(await staff.dataInForm()).toEqual(block);
  expect(await staff.submitInVain()).toBe('put the parcel’s own number in place of …');
  await picture('refused', staff.form);
  await staff.paste({ ...block, trackingNumber: '00340434161094021501', items: [{ sku: 'TULIPS', quantity: 1 }] });
  await picture('ship', staff.form);
  await staff.submit();
  expect(await staff.readUntil('2 × TULIPS: 1 sent, 1 to send')).toContain('00340434161094021501');
}, 120_000);

test('half of the money is given back, and the details say how much is left', async () => {
  const order = await desk.paid([{ sku: 'TULIPS', quantity: 2 }]);
  await desk.openFromView('To ship', order.sessionId);
  await staff.readUntil('PREPARING');
  const [, part] = await staff.offered('refund');
  expect(part).toEqual({ amount: 3600, reason: 'requested_by_customer' });
  await staff.fillIn('refund', { ...part, amount: 1800 });
  await picture('refund', staff.form);
  await staff.submit();
  await staff.readUntil('€18.00 given back, €18.00 left');
  expect(await desk.orderOf(order.number)).toMatchObject({ status: 'PREPARING', paymentStatus: 'PARTIALLY_REFUNDED' });
}, 120_000);

test('goods that came back are restocked and refunded', async () => {
  const order = await desk.paid([{ sku: 'TULIPS', quantity: 2 }]);
  await desk.system.staff('POST', `/admin/orders/${order.number}/ship`, { carrier: 'DHL', trackingNumber: '4711' });
  await staff.page.goto(`${desk.system.env.TEMPORAL_UI_URL}/namespaces/default/workflows/${order.sessionId}`);
  await staff.readUntil('SHIPPED');
  const [block] = await staff.offered('return');
  expect(block).toEqual({ items: [{ sku: 'TULIPS', quantity: 2 }], condition: 'restock', refund: {} });
  await staff.fillIn('return', { ...block, items: [{ sku: 'TULIPS', quantity: 1 }] });
  await staff.submit();
  const details = await staff.readUntil('Came back');
  expect(details).toContain('1 × TULIPS, back in stock');
  expect(details).toContain('€18.00 given back, €18.00 left');
  await pictureOfPanel('returned', staff.page, staff.panel);
}, 120_000);

test('a refund that failed is asked for again with retry', async () => {
  const order = await desk.paid([{ sku: 'STONE-VASE', quantity: 1 }]);
  await desk.system.staff('POST', `/admin/orders/${order.number}/cancel`, { reason: 'requested_by_customer' });
  const [refund] = (await desk.orderOf(order.number)).refunds;
  await desk.system.atStripe(`/refunds/${refund?.id}/fail`);
  const row = await desk.rowNeedingAttention(order);
  await picture('needs-attention', staff.page, { x: 272, y: 0, width: 736, height: 340 });
  await row.getByRole('link', { name: 'Workflow' }).click();
  const details = await staff.readUntil('refund-failed');
  expect(details).toContain('1 × STONE-VASE: 0 sent, 1 back in stock, 0 to send');
  expect(details).not.toContain('It waits for staff to ship it');
  expect(await staff.offered('ship')).toMatchObject([{ items: [{ sku: 'STONE-VASE', quantity: 1 }] }]);
  await pictureOfPanel('attention', staff.page, staff.panel);
  await staff.fillIn('retry');
  await staff.submit();
  const { refunds } = await desk.orderWhen(order.number, (now) => now.status === 'REFUNDED' && now.attention === null);
  expect(refunds.map(({ status }) => status).sort()).toEqual(['failed', 'succeeded']);
}, 120_000);

test('the lists of the finder are saved views once a browser is set up, and a link can add one by itself', async () => {
  const { page } = staff;
  await setUpBrowser();
  const names = savedViews(Date.now()).map(({ name }) => name);
  for (const name of names) {
    await page.goto(`${desk.system.env.PUBLIC_URL}/staff`);
    await page.getByRole('link', { name, exact: true }).click();
    if (name === ATTENTION_VIEW.name) await page.getByRole('link', { name: 'The Temporal UI' }).click();
    await page.getByRole('group', { name: 'Saved Views' }).getByRole('button', { name, exact: true }).click();
    await page.getByRole('menuitem', { name }).first().waitFor();
  }
  expect((await savedHere()).sort()).toEqual([...names].sort());
  await page.getByRole('menuitem', { name: names[0] as string }).evaluate((item: HTMLElement) => {
    for (let one: HTMLElement | null = item; one; one = one.parentElement)
      if (one.scrollHeight > one.clientHeight) one.style.maxHeight = 'none'; // the menu shows no more than five at once
  });
  await picture('views', page, { x: 256, y: 48, width: 1024, height: 500 });
  await page.evaluate(() => localStorage.removeItem('saved-workflow-queries'));
  await page.goto(`${desk.system.env.PUBLIC_URL}/staff/setup`);
  await page.getByRole('link', { name: 'Disputed', exact: true }).click();
  await until(async () => (await savedHere()).includes('Disputed'));
}, 120_000);

/** The saved views that the Temporal UI keeps in this browser. */
async function savedHere(): Promise<string[]> {
  const kept = await staff.page.evaluate(() => localStorage.getItem('saved-workflow-queries') ?? '{}');
  return (JSON.parse(kept) as Record<string, { name: string }[]>).default?.map(({ name }) => name) ?? [];
}

/** Sets up this browser at the list *To ship*. A second time changes nothing. */
async function setUpBrowser(): Promise<void> {
  const { page } = staff;
  await page.goto(`${desk.system.env.PUBLIC_URL}/staff`);
  await page.getByRole('link', { name: 'To ship', exact: true }).click();
  await page.getByRole('group', { name: 'Saved Views' }).waitFor();
  await page.evaluate((await copiedSetup()).replace('location.reload();', ''));
  await page.reload();
}

/** What the page of staff has to paste into the console of the Temporal UI; it cannot set up another origin. */
async function copiedSetup(): Promise<string> {
  const page = await staff.page.context().newPage();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${desk.system.env.PUBLIC_URL}/staff/setup`);
  await page.getByRole('button', { name: 'Copy the script' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.getByRole('button', { name: 'Set up this browser' }).isVisible()).toBe(false);
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  await page.close();
  return copied;
}
