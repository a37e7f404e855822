/** The payment page, as a browser without JavaScript uses it: forms, answers and redirects. */
import { lineOf, openSession, type Rig, startRig, until } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const FILLED = {
  email: 'ada@example.com',
  cardNumber: '4242 4242 4242 4242',
  cardExpiry: '12 / 34',
  cardCvc: '123',
  billingName: 'Ada',
};
const ADDRESS = { line1: 'Ring 1', city: 'Wien', postal_code: '1010', country: 'AT' };

const post = (address: string, fields: Record<string, string>) =>
  fetch(address, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
const sessionOf = (id: string) => rig.stripe.checkout.sessions.retrieve(id);

test('the page shows what is bought, escaped, and says that no money moves', async () => {
  const { url } = await openSession(rig, {
    line_items: [lineOf({ name: '<script>alert(1)</script> & "Mug"', quantity: 2 })],
    customer_email: 'ada@example.com',
    shipping_address_collection: { allowed_countries: ['AT', 'DE'] },
  });
  const response = await fetch(url ?? '');
  const page = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page).not.toContain('<script>alert');
  for (const text of [
    'No real money',
    '€25.00',
    '2 × €12.50',
    '&#60;script&#62;',
    'value="ada@example.com"',
    'href="http://shop.test/cart"',
  ])
    expect(page).toContain(text);
  for (const name of [
    'email',
    'cardNumber',
    'cardExpiry',
    'cardCvc',
    'billingName',
    'line1',
    'city',
    'postal_code',
    'country',
    'method',
  ])
    expect(page).toContain(`name="${name}"`);
});

test.each([
  ['de-AT,de;q=0.9,en;q=0.5', 'AT'],
  ['de;q=0.8', 'DE'],
  ['ja,*;q=0.1', 'CA'], // the language that the shop asked for counts next
])('the address begins with the country of a shopper whose browser says %s', async (language, country) => {
  const shipping_address_collection = { allowed_countries: ['AC', 'AT', 'DE', 'CA'] };
  const { url } = await openSession(rig, { locale: 'fr-CA', shipping_address_collection });
  const page = await (await fetch(url ?? '', { headers: { 'accept-language': language } })).text();
  expect(/<option value="(\w\w)" selected>/.exec(page)?.[1]).toBe(country);
  const codes = [...page.matchAll(/<option value="(\w\w)"/g)].map(([, code]) => code);
  expect(codes).toEqual(['AC', 'AT', 'CA', 'DE']); // by their names
});

test('a payment leads to the success page, with the session id', async () => {
  const { id, url } = await openSession(rig, { shipping_address_collection: { allowed_countries: ['AT'] } });
  const response = await post(url ?? '', { ...FILLED, ...ADDRESS });
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe(`http://shop.test/success?session_id=${id}`);
  expect(await sessionOf(id)).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    customer_details: { email: 'ada@example.com', name: 'Ada' },
    collected_information: { shipping_details: { name: 'Ada', address: { city: 'Wien', country: 'AT' } } },
  });
});

test('the shopper is sent on once the shop has answered the webhook', async () => {
  const { url } = await openSession(rig);
  let sentOn = false;
  rig.hook.hold();
  const paying = post(url ?? '', FILLED).then((response) => {
    sentOn = true;
    return response;
  });
  await rig.hook.got('checkout.session.completed');
  expect(sentOn).toBe(false);
  rig.hook.release();
  expect((await paying).status).toBe(303);
});

test('problems are shown beside their fields, and the input stays', async () => {
  const { id, url } = await openSession(rig);
  const response = await post(url ?? '', { ...FILLED, email: 'nobody', cardExpiry: '01 / 20', cardCvc: '12' });
  const page = await response.text();
  expect(response.status).toBe(422);
  for (const name of ['email', 'cardExpiry', 'cardCvc']) expect(page).toContain(`id="${name}-problem"`);
  expect(page).not.toContain('id="cardNumber-problem"');
  expect(page).toContain('value="4242 4242 4242 4242"');
  expect(page).not.toContain('value="12"');
  expect(await sessionOf(id)).toMatchObject({ status: 'open', payment_intent: null });
});

test('a declined card shows the reason, and another card pays', async () => {
  const { id, url } = await openSession(rig);
  const declined = await post(url ?? '', { ...FILLED, cardNumber: '4000000000009995' });
  expect(declined.status).toBe(402);
  expect(await declined.text()).toMatch(/role="alert">Your card has insufficient funds\./);
  expect((await post(url ?? '', FILLED)).status).toBe(303);
  expect(await sessionOf(id)).toMatchObject({ payment_status: 'paid' });
});

test.each([
  ['complete', 303, 'complete'],
  ['fail', 402, 'open'],
])('3-D Secure: %s', async (outcome, status, becomes) => {
  const { id, url } = await openSession(rig);
  const answer = await post(url ?? '', { ...FILLED, cardNumber: '4000002500003155' });
  expect(answer.headers.get('location')).toBe(`/pay/${id}/authenticate`);
  expect(await (await fetch(`${url}/authenticate`)).text()).toContain('value="complete"');
  expect((await post(`${url}/authenticate`, { outcome })).status).toBe(status);
  expect(await sessionOf(id)).toMatchObject({ status: becomes });
});

test('a bank debit needs no card', async () => {
  const { id, url } = await openSession(rig);
  const { cardNumber: _number, cardExpiry: _expiry, cardCvc: _cvc, ...rest } = FILLED;
  expect((await post(url ?? '', { ...rest, method: 'bank_debit' })).status).toBe(303);
  expect(await sessionOf(id)).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
});

test('a free order needs no card either', async () => {
  const { id, url } = await openSession(rig, { line_items: [lineOf({ amount: 0 })] });
  expect(await (await fetch(url ?? '')).text()).not.toContain('name="cardNumber"');
  expect((await post(url ?? '', { email: 'ada@example.com', billingName: 'Ada' })).status).toBe(303);
  expect(await sessionOf(id)).toMatchObject({ payment_status: 'no_payment_required', payment_intent: null });
});

test('the buyer chooses the price, within its limits', async () => {
  const price = await rig.stripe.prices.create({
    product_data: { name: 'Album' },
    currency: 'eur',
    custom_unit_amount: { enabled: true, minimum: 300 },
  });
  const { id, url } = await openSession(rig, { line_items: [{ price: price.id, quantity: 1 }] });
  expect((await post(url ?? '', { ...FILLED, customAmount: '2.99' })).status).toBe(422);
  expect((await post(url ?? '', { ...FILLED, customAmount: '7,50' })).status).toBe(303);
  expect(await sessionOf(id)).toMatchObject({ amount_total: 750 });
});

test('shipping, a code and the tax of the country are chosen, seen in the total, and paid', async () => {
  const coupon = await rig.stripe.coupons.create({ amount_off: 250, currency: 'eur' });
  await rig.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'SPRING' });
  const option = (display_name: string, amount: number) => ({
    shipping_rate_data: { display_name, type: 'fixed_amount' as const, fixed_amount: { amount, currency: 'eur' } },
  });
  const { id, url } = await openSession(rig, {
    allow_promotion_codes: true,
    automatic_tax: { enabled: true },
    consent_collection: { terms_of_service: 'required' },
    custom_text: { terms_of_service_acceptance: { message: 'I agree to the [Terms](https://shop.example.com/terms)' } },
    phone_number_collection: { enabled: true },
    shipping_address_collection: { allowed_countries: ['AT', 'CH'] },
    shipping_options: [option('Post', 490), option('Express', 1000)],
  });
  const first = await (await fetch(url ?? '')).text();
  const terms = 'I agree to the <a href="https://shop.example.com/terms" target="_blank" rel="noopener">Terms</a>';
  for (const text of ['Enter your address', 'Express', 'name="promotionCode"', 'name="terms"', terms, 'Pay €17.40'])
    expect(first).toContain(text);

  const chosen = { ...ADDRESS, shippingOption: '1', promotionCode: 'spring' };
  const updated = await post(url ?? '', { ...chosen, update: 'total' });
  expect(updated.status).toBe(200);
  // (12.50 − 2.50 + 10.00) and a fifth on top
  for (const text of ['−€2.50', '<dt>Tax</dt><dd>€4.00', 'Pay €24.00', 'value="Wien"'])
    expect(await updated.clone().text()).toContain(text);
  expect(await sessionOf(id)).toMatchObject({ status: 'open', amount_total: 2400 });
  const wrong = await post(url ?? '', { ...chosen, promotionCode: 'autumn', update: 'total' });
  expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('This code is invalid.')]);
  const without = await post(url ?? '', { ...chosen, promotionCode: '', country: 'CH', update: 'total' });
  expect(await without.text()).toContain('Pay €24.32');

  const unaccepted = await post(url ?? '', { ...FILLED, ...chosen, phone: '1' });
  expect([unaccepted.status, await unaccepted.text()]).toEqual([422, expect.stringContaining('id="terms-problem"')]);
  expect((await post(url ?? '', { ...FILLED, ...chosen, phone: '1', terms: 'accepted' })).status).toBe(303);
  expect(await sessionOf(id)).toMatchObject({
    ...{ payment_status: 'paid', amount_total: 2400, consent: { terms_of_service: 'accepted' } },
    customer_details: { phone: '1' },
  });
});

test('an expired or a complete session cannot be paid, and says so', async () => {
  const { id, url } = await openSession(rig);
  await rig.stripe.checkout.sessions.expire(id);
  const expired = await post(url ?? '', FILLED);
  expect(expired.status).toBe(410);
  expect(await expired.text()).toContain('This checkout has expired');
  const other = await openSession(rig);
  await post(other.url ?? '', FILLED);
  const again = await post(other.url ?? '', FILLED);
  expect(await again.text()).toContain('already complete');
  await until(async () => (await rig.stripe.charges.list()).data.length === 1);
  expect((await fetch(`${rig.sandbox.url}/pay/cs_test_nobody`)).status).toBe(404);
});

test('a receipt and a recovery address open', async () => {
  const { url } = await openSession(rig);
  await post(url ?? '', FILLED);
  const [charge] = (await rig.stripe.charges.list()).data;
  expect(await (await fetch(charge?.receipt_url ?? '')).text()).toContain('€12.50 paid');
  expect((await fetch(`${rig.sandbox.url}/recover/nobody`)).status).toBe(410);
});
