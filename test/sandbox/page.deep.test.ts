/** The payment page in a real Chromium. */
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../browser/chromium';
import { openSession, type Rig, startRig } from './rig';

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
  page = await browser.newPage();
  complaints.length = 0;
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.text().includes('Content Security') && complaints.push(message.text()));
});
afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
});

const open = () =>
  openSession(rig, {
    success_url: `${rig.sandbox.url}/recover/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${rig.sandbox.url}/recover/cart`,
    shipping_address_collection: { allowed_countries: ['DE', 'AT'] },
  });

test('a click on a test card fills in the form, and Pay leads to the success page', async () => {
  const { id, url } = await open();
  await page.goto(url ?? '');
  await page.click('[data-card="4242424242424242"]');
  expect(await page.inputValue('input[name=cardNumber]')).toBe('4242 4242 4242 4242');
  await page.fill('input[name=email]', 'ada@example.com');
  await page.click('button[type=submit]#pay');
  await page.waitForURL(`**/success?session_id=${id}`);
  expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({
    status: 'complete',
    customer_details: { email: 'ada@example.com' },
  });
});

test('a payment is declined, then fails 3-D Secure, then passes', async () => {
  const { id, url } = await open();
  await page.goto(url ?? '');
  await page.click('[data-card="4000000000009995"]');
  await page.click('#pay');
  await page.waitForSelector('[role=alert]:has-text("insufficient funds")');
  for (const [button, lands] of [
    ['#authenticate-fail', '**/authenticate'],
    ['#authenticate-complete', '**/success?**'],
  ] as const) {
    await page.click('[data-card="4000002500003155"]');
    await page.click('#pay');
    await page.click(button);
    await page.waitForURL(lands);
  }
  expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
});

test('an open page does not notice that the session expired until Pay is pressed', async () => {
  const { id, url } = await open();
  await page.goto(url ?? '');
  await page.click('[data-card="4242424242424242"]');
  await rig.stripe.checkout.sessions.expire(id);
  expect(await page.isEnabled('#pay')).toBe(true);
  await page.click('#pay');
  await page.waitForSelector('h1:has-text("This checkout has expired")');
});

test('a bank debit hides the card fields, and Back leads to the cart', async () => {
  const { url } = await open();
  await page.goto(url ?? '');
  await page.check('input[value=bank_debit]');
  expect(await page.isVisible('input[name=cardNumber]')).toBe(false);
  await page.click('#cancel');
  await page.waitForURL('**/recover/cart');
});
