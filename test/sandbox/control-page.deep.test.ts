/** The control page in a real Chromium: by keyboard, without JavaScript, and as a screen reader presents it. */
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../browser/chromium';
import { openSession, paidSession, type Rig, startRig } from './rig';

let rig: Rig;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  rig = await startRig();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await rig.end();
});
beforeEach(async () => {
  await rig.control('POST', '/reset');
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  complaints.length = 0;
  page.on('console', (message) => message.text().includes('Content Security') && complaints.push(message.text()));
});
afterEach(async () => {
  await page.context().close();
  expect(complaints).toEqual([]);
});

const note = () => page.locator('.note').textContent();

test('a refund by keyboard returns to its payment, and shows the result', async () => {
  const { intent } = await paidSession(rig);
  const { latest_charge } = await rig.stripe.paymentIntents.retrieve(intent);
  await page.goto(rig.sandbox.url);
  await page.getByLabel(`Amount in EUR of payment ${latest_charge}, empty for all`).first().focus();
  await page.keyboard.type('2.50');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**#${latest_charge}`);
  expect(await note()).toMatch(/^Refund: re_\w+ is now succeeded$/);
  expect(await page.locator('.note').getAttribute('role')).toBe('status');
  expect(await page.title()).toContain('Refund');
  expect((await rig.stripe.refunds.list({ payment_intent: intent })).data).toMatchObject([{ amount: 250 }]);
});

test('every button names its object, and every field has a label', async () => {
  const { id } = await openSession(rig);
  await paidSession(rig);
  await page.goto(`${rig.sandbox.url}/_control`);
  await page.getByRole('button', { name: `Expire session ${id}`, exact: true }).click();
  expect(await note()).toBe(`Expire: ${id} is now expired`);
  const fields = page.locator('input:not([type="hidden"]), select');
  expect(await fields.count()).toBeGreaterThan(5);
  const nameless = await fields.evaluateAll(
    (all) => all.filter((field) => (field as { labels?: unknown[] }).labels?.length === 0).length,
  );
  expect(nameless).toBe(0);
  const ids = await page.locator('[id]').evaluateAll((all) => all.map((each) => each.id).filter(Boolean));
  expect(new Set(ids).size).toBe(ids.length);
});

test('nothing overflows on a phone', async () => {
  await paidSession(rig);
  await openSession(rig);
  await rig.control('POST', '/deliveries', { mode: 'hold' });
  await paidSession(rig);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${rig.sandbox.url}/_control`);
  const widest = await page.locator('body').evaluate((body) => body.ownerDocument.documentElement.scrollWidth);
  expect(widest).toBeLessThanOrEqual(360);
});
