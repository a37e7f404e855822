import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Env } from '../../platform/env';
import { connectStripe } from '../../platform/stripe';
import { until } from '../support/until';
import { seriousFaults } from './axe';
import { launchChromium } from './chromium';
import { DESKTOP, PHONE, picture } from './pictures';
import { startWholeSystem, type WholeSystem } from './whole-system';

/**
 * What a shopper of the demo shop goes through, from the shelf to a return. With `RECORD=1` the pages on the way become
 * the pictures of docs/pictures.md.
 */

let system: WholeSystem;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([startWholeSystem({ DOWNLOAD_LIMIT: '2' }), launchChromium()]);
  const rate = { name: 'Parcel', countries: ['DE'], prices: [{ amount: 490, currency: 'eur' }], days: [1, 3] };
  const settings = { shipTo: ['DE'], shippingRates: [rate], automaticTax: true, promotionCodes: true };
  await system.staff('PUT', '/admin/shop', { ...settings, invoices: false, phone: false });
  const stripe = connectStripe(system.env as Pick<Env, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>);
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'once' });
  await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'SPRING' });
});
afterAll(async () => {
  await browser?.close();
  expect(await system?.stop()).toBe(0);
});
beforeEach(async () => {
  context = await browser.newContext({ acceptDownloads: true, viewport: DESKTOP, locale: 'en-GB' });
  page = await context.newPage();
});
afterEach(() => context.close());

const shop = (path = '/') => `${system.env.PUBLIC_URL}${path}`;
const status = (name: string) => page.locator(`.story[data-status="${name}"]`).waitFor();
const orderOf = async (id: string) =>
  (await system.staff('GET', `/admin/orders/${id}`)).body as Record<string, never> & {
    number: string;
    status: string;
    amounts: Record<'subtotal' | 'discount' | 'shipping' | 'tax' | 'total', { amount: number }>;
    returnRequests: { state: string }[];
  };

/** Types what the payment page asks for, with a card. */
async function fillPayment(email: string, card: string): Promise<void> {
  const typed: Record<string, string> = {
    ...{ email, cardNumber: card, cardExpiry: '12 / 34', cardCvc: '123', billingName: 'Grace Hopper' },
    ...{ line1: '1 Harbour Street', city: 'Hamburg', postal_code: '20457' },
  };
  for (const [name, text] of Object.entries(typed)) {
    const field = page.locator(`input[name="${name}"]`);
    if (await field.count()) await field.fill(text);
  }
}

/** A paid order of goods, and the signed address of its page, from the mail. */
async function paidOrder(email: string, quantity = 1): Promise<{ id: string; link: string }> {
  const body = JSON.stringify({ items: [{ sku: 'TULIPS', quantity }], country: 'DE', locale: 'en-GB' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(shop('/checkout'), { method: 'POST', headers, body });
  const { sessionId: id } = (await answer.json()) as { sessionId: string };
  await system.atStripe(`/sessions/${id}/pay`, { email, name: 'Grace Hopper', wait: true });
  return { id, link: await linkFor(email) };
}

const linkFor = (email: string): Promise<string> =>
  until(async () => {
    const [mail] = await system.mailsTo(email);
    return /http[^"]+\/view\?token=[^"]+/.exec(mail?.html ?? '')?.[0] ?? false;
  });

test('goods and a download, shipped, taxed, with a code and 3-D Secure; downloaded until that is used up', async () => {
  await page.goto(shop());
  await page.getByRole('button', { name: 'Add to cart Ten Tulips' }).waitFor();
  await picture(page, 'shelf-desktop', DESKTOP);
  await picture(page, 'shelf-phone', PHONE);
  await picture(page, 'shelf-phone-dark', PHONE, 'dark');
  await page.goto(shop('/product/TULIPS'));
  await page.getByRole('button', { name: 'Add to cart Ten Tulips' }).click();
  await picture(page, 'product', DESKTOP);
  await page.goto(shop('/product/FRESH-LONGER'));
  await page.getByRole('button', { name: /Add to cart/ }).click();
  await page.goto(shop('/cart'));
  await page.getByLabel('Deliver to (optional)').selectOption('DE');
  await page.getByText('Shipping is extra, and tax may be added. You will see both on the payment page.').waitFor();
  await picture(page, 'cart', DESKTOP);
  await picture(page, 'cart-phone-dark', PHONE, 'dark');
  await page.getByRole('button', { name: 'Go to payment' }).click();
  await page.waitForURL(/\/pay\/cs_/);
  await fillPayment('ada@example.com', '4000 0025 0000 3155');
  await page.fill('input[name=promotionCode]', 'SPRING');
  await page.getByLabel(/Parcel/).check();
  await page.click('#update');
  await page.getByText('Discount').waitFor();
  await fillPayment('ada@example.com', '4000 0025 0000 3155');
  await picture(page, 'payment-sandbox', DESKTOP);
  await page.click('#pay');
  await page.click('#authenticate-complete');
  await page.waitForURL(/\/success/);
  await status('PREPARING');
  for (const sum of ['Subtotal', 'Discount', 'Shipping', 'Tax', 'Total'])
    await page.getByRole('rowheader', { name: sum, exact: true }).waitFor();
  await picture(page, 'success-paid', DESKTOP);
  await picture(page, 'success-paid-phone-dark', PHONE, 'dark');
  const id = new URL(page.url()).searchParams.get('session_id') as string;
  const { amounts } = await orderOf(id);
  for (const part of ['discount', 'shipping', 'tax'] as const)
    expect([part, amounts[part].amount]).toEqual([part, expect.any(Number)]);
  expect(Math.min(amounts.discount.amount, amounts.tax.amount)).toBeGreaterThan(0);
  expect(amounts.shipping.amount).toBe(490);

  for (let left = 2; left > 0; left -= 1) {
    await page.reload();
    const started = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download FRESH-LONGER' }).click();
    await (await started).path();
  }
  await page.reload();
  await page.getByText('No downloads left').waitFor();
}, 240_000);

test('a payment under way is told honestly', async () => {
  await page.goto(shop('/product/STONE-VASE'));
  await page.getByRole('button', { name: /Add to cart/ }).click();
  await page.goto(shop('/cart'));
  await page.getByRole('button', { name: 'Go to payment' }).click();
  await page.waitForURL(/\/pay\/cs_/);
  const id = /cs_[A-Za-z0-9_]+/.exec(page.url())?.[0] as string;
  await system.atStripe(`/sessions/${id}/pay`, { method: 'bank_debit', email: 'debit@example.com', wait: true });
  await page.goto(shop(`/success?session_id=${id}`));
  await status('PENDING');
  await page
    .getByText(/being processed|on its way|takes/i)
    .first()
    .waitFor();
  await picture(page, 'success-processing', PHONE);
  await system.atStripe(`/sessions/${id}/settle`);
  await status('PREPARING');
}, 120_000);

test('from the link in the mail an order is cancelled before it ships', async () => {
  const { id, link } = await paidOrder('cancel@example.com');
  await page.goto(link);
  await picture(page, 'order', DESKTOP);
  await picture(page, 'order-phone-dark', PHONE, 'dark');
  await page.getByRole('link', { name: 'Cancel this order' }).click();
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await until(async () => (await orderOf(id)).status === 'REFUNDED');
}, 120_000);

test('and after that, it is asked to be returned in part, on a phone and without scripts; then withdrawn from', async () => {
  const { id, link } = await paidOrder('return@example.com', 2);
  await system.staff('POST', `/admin/orders/${id}/ship`, { carrier: 'DHL', trackingNumber: 'T3' });
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: PHONE });
  const phone = await plain.newPage();
  const refused: string[] = [];
  phone.on('console', (message) => refused.push(message.text()));
  await phone.goto(link);
  await phone.getByRole('link', { name: 'Ask to return something' }).click();
  await phone.getByLabel('Ten Tulips: how many of 2?').fill('1');
  await phone.getByLabel('Why? You need not say.').fill('They have wilted.');
  await picture(phone, 'return', PHONE);
  await phone.getByRole('button', { name: 'Ask to return these' }).click();
  await phone.getByRole('heading', { name: 'We have received your request' }).waitFor();
  await picture(phone, 'return-received', PHONE);
  expect((await orderOf(id)).returnRequests).toMatchObject([{ state: 'open' }]);
  await until(async () =>
    (await system.mailsTo('return@example.com')).some(({ tags }) => tags.template === 'return_request_received'),
  );

  await phone.goto(link);
  await phone.getByRole('link', { name: 'Withdraw from contract here' }).click();
  await picture(phone, 'withdrawal', PHONE);
  await phone.getByLabel('Your name').fill('Grace Hopper');
  await phone.getByRole('button', { name: 'Confirm withdrawal' }).click();
  await phone.getByRole('heading', { name: 'We have received your withdrawal' }).waitFor();
  expect(refused).toEqual([]);
  await plain.close();
}, 120_000);

test('what is sold out can be waited for, by keyboard, and what goes wrong is told', async () => {
  const { available } = (await system.staff('GET', '/admin/products/PEONIES/stock')).body as { available: number };
  await system.staff('POST', '/admin/products/PEONIES/stock', { delta: -available, reason: 'counted' });
  // Before the page is there: one that is open sends what it begins at once past it.
  await page.route('**/notify', (route) => route.abort());
  await page.goto(shop('/product/PEONIES'));
  await page.getByText('Sold out').first().waitFor();
  await page.locator('summary', { hasText: 'Tell me when it is back' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('ada@example.com');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'your address is not noted' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await page.unroute('**/notify');
  await picture(page, 'sold-out', PHONE);
  await page.getByLabel('Your e-mail address').press('Enter');
  await page.getByText('We will write to ada@example.com once').waitFor();
  await page.locator('[role=status]:focus').waitFor(); // the form is gone, and the keyboard goes on from here
  expect(await seriousFaults(page)).toEqual([]);
  await system.staff('POST', '/admin/products/PEONIES/stock', { delta: 5, reason: 'grown' });
}, 120_000);

test('the shop is bought from by keyboard alone, in the browser’s language; it asks nobody else, and is small', async () => {
  const german = await browser.newContext({ locale: 'de-DE', viewport: DESKTOP });
  page = await german.newPage();
  const asked = new Set<string>();
  const troubles: string[] = [];
  const sizes: Promise<number>[] = [];
  page.on('request', (request) => asked.add(new URL(request.url()).origin));
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('response', (response) =>
    sizes.push(
      response.body().then(
        (body) => gzipSync(body).length,
        () => 0,
      ),
    ),
  );
  const first = await page.goto(shop(), { waitUntil: 'networkidle' });
  expect(first?.headers()['content-security-policy']).not.toContain('unsafe-inline');
  const loaded = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(loaded).toBeLessThan(120_000);
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  await page.getByText('18,00 €', { exact: true }).waitFor();

  /** Presses Tab until this has the focus. */
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 60; presses += 1) {
      const text = await page.evaluate(() => {
        const { activeElement: element } = document;
        if (element === document.body) return ''; // which has all of the text
        return element instanceof HTMLInputElement ? element.name : (element?.textContent ?? '');
      });
      if (name.test(text)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await tabTo(/In den Warenkorb Ten Tulips/);
  await page.keyboard.press('Enter');
  await tabTo(/im Warenkorb$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/cart/);
  await tabTo(/Zur Bezahlung/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/pay\/cs_/);
  expect([...asked].sort()).toEqual([system.env.PUBLIC_URL, system.env.STRIPE_API_BASE].sort());
  expect(troubles).toEqual([]);
  expect(await localeAtStripe(page)).toBe('de');
  await german.close();
}, 120_000);

/** The language of the payment page that stands open here, as Stripe has it. */
async function localeAtStripe(open: Page): Promise<string | null> {
  const id = /cs_[A-Za-z0-9_]+/.exec(open.url())?.[0] as string;
  const stripe = connectStripe(system.env as Pick<Env, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>);
  return (await stripe.checkout.sessions.retrieve(id)).locale;
}

test('a shopper with an English browser switches to German: the shop remembers it, and payment and mail are German', async () => {
  await page.goto(shop());
  await page.getByRole('heading', { name: 'Products' }).waitFor();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.getByRole('heading', { name: 'Produkte' }).waitFor();
  await page.locator('button:focus', { hasText: 'English' }).waitFor(); // the way back is where it was
  expect([await page.locator('html').getAttribute('lang'), await page.title()]).toEqual([
    'de',
    'Produkte · Holdfast-Demoshop',
  ]);
  await page.getByText('18,00 €', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'In den Warenkorb Ten Tulips' }).click();
  await page.goto(shop('/cart')); // loads anew
  await page.getByRole('heading', { name: 'Ihr Warenkorb' }).waitFor();
  expect(await page.getByLabel('Lieferung nach').locator('option').allTextContents()).toContain('Deutschland');
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByLabel('Lieferung nach').selectOption('DE');
  await page.getByRole('button', { name: 'Zur Bezahlung' }).click();
  await page.waitForURL(/\/pay\/cs_/);
  expect(await localeAtStripe(page)).toBe('de');
  await fillPayment('heidi@example.com', '4242 4242 4242 4242');
  await page.click('#pay');
  await page.waitForURL(/\/success/);
  await page.getByRole('heading', { name: 'Bezahlt und in Vorbereitung' }).waitFor();
  await page.getByText('Gesamtbetrag').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  const [mail] = await until(async () => {
    const all = await system.mailsTo('heidi@example.com');
    return all.length > 0 && all;
  });
  expect(mail?.html).toContain('lang="de"');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Paid, and being prepared' }).waitFor();
}, 120_000);
