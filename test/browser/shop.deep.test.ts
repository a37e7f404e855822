import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Voucher } from '../../domain/voucher';
import type { Env } from '../../platform/env';
import { freePort } from '../../platform/ports';
import { connectStripe } from '../../platform/stripe';
import { until } from '../support/until';
import { seriousFaults } from './axe';
import { launchChromium } from './chromium';
import { productsByBuiltClient, servePlainShop } from './plain-shop';
import { startWholeSystem, type WholeSystem } from './whole-system';

let system: WholeSystem;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let plainPort: number;

beforeAll(async () => {
  plainPort = await freePort();
  const STOREFRONT_ORIGINS = `http://127.0.0.1:${plainPort}`;
  [system, browser] = await Promise.all([startWholeSystem({ STOREFRONT_ORIGINS }), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  expect(await system?.stop()).toBe(0);
});
beforeEach(async () => {
  context = await browser.newContext({ acceptDownloads: true });
  page = await context.newPage();
});
afterEach(() => context.close());

const shop = (path = '/') => `${system.env.PUBLIC_URL}${path}`;
const status = (name: string) => page.locator(`.story[data-status="${name}"]`).waitFor();
const sessionId = () => new URL(page.url()).searchParams.get('session_id') as string;
const stockOf = async (sku: string) =>
  (await system.staff('GET', `/admin/products/${sku}/stock`)).body as Record<'onHand' | 'held' | 'available', number>;

const putInCart = async (name: string) => {
  await page.goto(shop());
  await page.getByRole('button', { name: `Add to cart ${name}` }).click();
  await page.goto(shop('/cart'));
};
const goToPayment = async () => {
  await page.getByRole('button', { name: 'Go to payment' }).first().click();
  await page.waitForURL(/\/pay\/cs_/);
};
const payWith = async (card: string, email: string) => {
  await page.fill('input[name=email]', email);
  await page.fill('input[name=cardNumber]', card);
  await page.fill('input[name=cardExpiry]', '12 / 34');
  await page.fill('input[name=cardCvc]', '123');
  await page.fill('input[name=billingName]', 'Grace Hopper');
  for (const [field, text] of [
    ['line1', '1 Harbour Street'],
    ['city', 'Hamburg'],
    ['postal_code', '20457'],
  ] as const) {
    const input = page.locator(`input[name="${field}"]`);
    if (await input.count()) await input.fill(text);
  }
  await page.click('#pay');
};

test('a shopper buys: the order is confirmed, the mail is in the outbox, the workflow in the Temporal UI, the stock one lower', async () => {
  const before = await stockOf('TULIPS');
  await putInCart('Ten Tulips');
  await goToPayment();
  await payWith('4242 4242 4242 4242', 'buyer@example.com');
  await page.waitForURL(/\/success/);
  await status('PREPARING');
  const id = sessionId();
  expect(await stockOf('TULIPS')).toMatchObject({ onHand: before.onHand - 1, held: before.held });
  await until(async () => (await system.mailsTo('buyer@example.com')).length === 1);
  expect((await fetch(`${system.env.OUTBOX_URL}/templates`)).status).toBe(200);

  await page.goto(`${system.env.TEMPORAL_UI_URL}/namespaces/default/workflows/${id}`);
  await page.getByText('Reads the session').first().waitFor();

  const number = (await system.staff('GET', `/admin/orders/${id}`)).body.number;
  await page.goto(shop(`/success?session_id=${id}`));
  await status('PREPARING');
  await system.staff('POST', `/admin/orders/${number}/ship`, { carrier: 'DHL', trackingNumber: 'T1' });
  await status('SHIPPED'); // by the stream, without a reload
}, 120_000);

test('a buyer of a download gets the file, and downloads are counted', async () => {
  const { data } = (await (await fetch(shop('/products'))).json()) as {
    data: { sku: string; name: string; kind: string; payWhatYouWant: unknown }[];
  };
  const digital = data.find(({ kind, payWhatYouWant }) => kind === 'DIGITAL' && !payWhatYouWant);
  await putInCart(digital?.name as string);
  await goToPayment();
  await payWith('4242 4242 4242 4242', 'reader@example.com');
  await page.waitForURL(/\/success/);
  await status('COMPLETED');
  const started = page.waitForEvent('download');
  await page.getByRole('link', { name: `Download ${digital?.sku}` }).click();
  const download = await started;
  expect(readFileSync(await download.path()).length).toBeGreaterThan(0);
  const order = (await (await fetch(shop(`/orders/${sessionId()}`))).json()) as { downloads: { remaining: number }[] };
  expect(order.downloads[0]?.remaining).toBe(4);
}, 120_000);

test('without JavaScript, the link in the mail shows the order, and its buyer withdraws from it', async () => {
  await putInCart('Ten Tulips');
  await goToPayment();
  await payWith('4242 4242 4242 4242', 'grace@example.com');
  await page.waitForURL(/\/success/);
  await status('PREPARING');
  const mails = () => system.mailsTo('grace@example.com');
  await until(async () => (await mails()).length === 1);
  const [link = ''] = /http[^"]+\/view\?token=[^"]+/.exec((await mails())[0]?.html ?? '') ?? [];
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const phone = await plain.newPage();
  const refused: string[] = [];
  phone.on('console', (message) => refused.push(message.text()));
  await phone.goto(link);
  await phone.getByRole('heading', { name: 'Paid, and being prepared' }).waitFor();
  await phone.getByRole('link', { name: 'Withdraw from contract here' }).click();
  await phone.getByLabel('Your name').fill('Grace Hopper');
  await phone.getByRole('button', { name: 'Confirm withdrawal' }).click();
  await phone.getByRole('heading', { name: 'We have received your withdrawal' }).waitFor();
  await until(async () => (await mails()).some(({ subject }) => subject.startsWith('We have received your wit')));
  await phone.getByRole('link', { name: 'Back to your order' }).click();
  await until(async () => {
    await phone.reload();
    return phone.getByRole('heading', { name: 'Refunded' }).isVisible();
  });
  expect(refused).toEqual([]); // its own content security policy allows all that it does
  await plain.close();
}, 120_000);

test('a shopper who turns back no longer holds stock, but still has the cart', async () => {
  const before = await stockOf('SIXTY-ROSES');
  await putInCart('Sixty Roses');
  await goToPayment();
  await until(async () => (await stockOf('SIXTY-ROSES')).held === before.held + 1);
  await page.click('#cancel');
  await page.waitForURL(/\/cart/);
  await until(async () => (await stockOf('SIXTY-ROSES')).held === before.held);
  await page.getByRole('button', { name: 'Go to payment' }).first().waitFor();
}, 120_000);

test('a bundle says what is in it, and takes that from the shelf; after a declined card it is paid with another', async () => {
  const before = await stockOf('STONE-VASE');
  await page.goto(shop('/product/BIRTHDAY-BOX'));
  await page.getByRole('listitem').filter({ hasText: '1 × Stoneware Vase' }).waitFor();
  await putInCart('The Birthday Box');
  await goToPayment();
  await payWith('4000 0000 0000 9995', 'second-try@example.com');
  await page
    .getByText(/declined|insufficient/i)
    .first()
    .waitFor();
  await payWith('4242 4242 4242 4242', 'second-try@example.com');
  await page.waitForURL(/\/success/);
  await status('PREPARING');
  expect(await stockOf('STONE-VASE')).toMatchObject({ onHand: before.onHand - 1, held: before.held });
  await page.getByRole('rowheader', { name: 'The Birthday Box' }).waitFor();
  await page.goto(shop('/cart'));
  await page.getByText('Your cart is empty').waitFor();
}, 120_000);

test('an expired checkout is recovered from the mail, and paid', async () => {
  await putInCart('Ten Tulips');
  await page.getByLabel('E-mail (optional)').fill('late@example.com');
  await goToPayment();
  const expired = /cs_[A-Za-z0-9_]+/.exec(page.url())?.[0] as string;
  await system.atStripe(`/sessions/${expired}/expire`);
  const mail = await until(async () => (await system.mailsTo('late@example.com'))[0]);
  const link = /href="([^"]*\/recover\/[^"]+)"/.exec(mail.html)?.[1] as string;
  await page.goto(link);
  await page.waitForURL(/\/cart\?recover=/);
  await page.getByRole('rowheader', { name: 'Ten Tulips' }).waitFor();
  await page.getByRole('rowheader', { name: 'Total today' }).waitFor();
  await page.getByRole('button', { name: 'Complete your order' }).click();
  await page.waitForURL(/\/pay\/cs_/);
  expect(page.url()).not.toContain(expired);
  await payWith('4242 4242 4242 4242', 'late@example.com');
  await page.waitForURL(/\/success/);
  await status('PREPARING');
}, 120_000);

test('the link is not offered again, and a confirmation that bounces calls staff to its order', async () => {
  const mails = await until(async () => {
    const all = await system.mailsTo('late@example.com');
    return all.some(({ tags }) => tags.template === 'order_confirmation') && all;
  });
  const link = /href="([^"]*\/recover\/[^"]+)"/.exec(mails.at(-1)?.html ?? '')?.[1] as string;
  await page.goto(link);
  await page.getByRole('heading', { name: 'You have completed this order already' }).waitFor();
  expect(await page.getByRole('button', { name: 'Complete your order' }).count()).toBe(0);

  const [confirmation] = mails.filter(({ tags }) => tags.template === 'order_confirmation');
  const reported = await fetch(`${system.env.OUTBOX_URL}/mails/${confirmation?.id}/events`, {
    method: 'POST',
    body: new URLSearchParams({ event: 'bounced' }),
  });
  expect(await reported.text()).toContain('The shop answered 200');
  const { body } = await system.staff('GET', `/admin/orders/${confirmation?.tags.order}`);
  expect(body.attention).toMatchObject({ step: 'contact', reason: expect.stringContaining('came back') });
}, 120_000);

test('two shoppers race for the last unit: one pays, the other is told that it is gone', async () => {
  const { available } = await stockOf('PEONIES');
  await system.staff('POST', '/admin/products/PEONIES/stock', { delta: 1 - available, reason: 'counted' });
  const other = await (await browser.newContext()).newPage();
  await putInCart('The First Peonies');
  await other.goto(shop());
  await other.getByRole('button', { name: 'Add to cart The First Peonies' }).click();
  await other.goto(shop('/cart'));
  await goToPayment();
  await other.getByRole('button', { name: 'Go to payment' }).first().click();
  await other
    .getByText(/sold out|no longer|gone|left/i)
    .first()
    .waitFor();
  expect(other.url()).toContain('/cart');
  await payWith('4242 4242 4242 4242', 'first@example.com');
  await page.waitForURL(/\/success/);
  await status('PREPARING');
  expect(await stockOf('PEONIES')).toMatchObject({ onHand: 0, held: 0 });
  await other.context().close();
}, 120_000);

test('a bank debit is shown as being processed until it settles', async () => {
  await putInCart('Ten Tulips');
  await goToPayment();
  const id = /cs_[A-Za-z0-9_]+/.exec(page.url())?.[0] as string;
  await system.atStripe(`/sessions/${id}/pay`, {
    method: 'bank_debit',
    email: 'debit@example.com',
    name: 'Grace Hopper',
    wait: true,
  });
  await page.goto(shop(`/success?session_id=${id}`));
  await until(async () => (await system.staff('GET', `/admin/orders/${id}`)).body.paymentStatus === 'PROCESSING');
  await status('PENDING');
  await system.atStripe(`/sessions/${id}/settle`);
  await status('PREPARING');
}, 120_000);

test('a voucher: the order’s page says how to pay it and until when, until it is paid', async () => {
  const stripe = connectStripe(system.env as Pick<Env, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>);
  const price = { amount: 4_900, currency: 'brl' };
  const { id: stripePriceId } = await stripe.prices.create({
    ...{ currency: price.currency, unit_amount: price.amount, product_data: { name: 'Samba' } },
  });
  const product = { name: 'Samba', kind: 'DIGITAL', prices: [{ ...price, stripePriceId }] };
  expect((await system.staff('PUT', '/admin/products/SAMBA', product)).status).toBe(201);
  await page.goto(shop());
  await page.getByLabel('Currency').selectOption(price.currency);
  await putInCart('Samba');
  await goToPayment();
  await page.check('input[name=method][value=voucher]');
  await page.fill('input[name=email]', 'boleto@example.com');
  await page.fill('input[name=billingName]', 'Grace Hopper');
  await page.click('#pay');
  await page.waitForURL(/\/success/);
  await page.getByRole('link', { name: 'Open your voucher' }).waitFor();
  await status('PENDING');

  const id = sessionId();
  const { voucher } = (await (await fetch(shop(`/orders/${id}`))).json()) as { voucher: Voucher };
  const until = await page.evaluate(
    (time) =>
      new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time)),
    voucher.expiresAt as string,
  );
  await page.getByText(`Pay before ${until}.`).waitFor();
  expect(await page.locator('main code').allTextContents()).toContain(voucher.reference);
  await page.getByRole('link', { name: 'Open your voucher' }).click();
  await page.waitForURL(voucher.url as string);
  await page.goBack();
  await system.atStripe(`/sessions/${id}/settle`);
  await status('COMPLETED');
  expect(await page.getByText('Pay before').count()).toBe(0);
}, 120_000);

test('the plain page of the client sells from another origin, with the client as it is built', async () => {
  const plain = await servePlainShop(plainPort, system.env.PUBLIC_URL as string);
  const news = (status: string) => page.locator('#news', { hasText: status }).waitFor();
  const before = await stockOf('TULIPS');
  const buy = async () => {
    await page
      .getByRole('button', { name: 'Buy Ten Tulips' })
      .click()
      .then(() => page.waitForURL(/\/pay\/cs_/));
    return /cs_[A-Za-z0-9_]+/.exec(page.url())?.[0] as string;
  };
  await page.goto(plain.url);
  const left = await buy();
  await page.goto(`${plain.url}/cart?session_id=${left}`);
  await until(async () => (await stockOf('TULIPS')).held === before.held);
  const id = await buy();
  expect(id).not.toBe(left);
  await payWith('4242 4242 4242 4242', 'plain@example.com');
  await page.waitForURL(/\/success/);
  await page.goto(`${plain.url}/success?session_id=${id}`);
  await news('PREPARING');
  await system.staff('POST', `/admin/orders/${id}/ship`, { carrier: 'DHL', trackingNumber: 'T2' });
  await news('SHIPPED');
  await system.staff('POST', `/admin/orders/${id}/deliver`);
  await news('COMPLETED');
  expect(plain.clientBytes).toBeLessThan(8_000);
  expect(await productsByBuiltClient(system.env.PUBLIC_URL as string)).toBe('true true');
  await plain.close();
}, 120_000);

test.each([
  ['a phone', { width: 390, height: 844 }],
  ['a desktop', { width: 1280, height: 900 }],
])(
  'on %s, in light and dark, no page has a serious fault of accessibility, or scrolls sideways',
  async (_, viewport) => {
    const items = [{ sku: 'TULIPS', quantity: 1 }];
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(shop('/checkout'), { method: 'POST', headers, body: JSON.stringify({ items }) });
    const { sessionId: id } = (await answer.json()) as { sessionId: string };
    await system.atStripe(`/sessions/${id}/pay`, { email: 'axe@example.com', name: 'Grace Hopper', wait: true });
    await page.setViewportSize(viewport);
    await putInCart('Ten Tulips');
    const pages = ['/', '/product/TULIPS', '/cart', `/success?session_id=${id}`, `/orders/${id}/view`, '/withdraw'];
    for (const path of pages)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(shop(path));
        await page.locator('h1').first().waitFor();
        expect({ path, colorScheme, faults: await seriousFaults(page) }).toEqual({ path, colorScheme, faults: [] });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
      }
  },
  120_000,
);
