import { offerOf } from '../../api/storefront/checkout/offer';
import { SHIPPING_COUNTRIES } from '../../api/storefront/checkout/stripe-lists';
import type { ProductForSale } from '../../domain/product';
import { crowdedPlace, type Parcel, repeats, type Shipping, shippingFor } from '../../domain/shipping';
import { type OwnRate, type ShippingRate, type ShopSettings, settingsOf } from '../../domain/shop';

const EVERYWHERE = ['AT', 'CH', 'DE', 'US'];

const rate = (name: string, countries: string[], amount: number, more: Partial<OwnRate> = {}): OwnRate => ({
  ...{ name, countries, prices: [{ amount, currency: 'eur' }] },
  ...more,
});
const offer = (rates: ShippingRate[], parcel: Partial<Parcel> = {}, shipTo: string[] = []): Shipping =>
  shippingFor({ shipTo, shippingRates: rates }, { currency: 'eur', weight: 500, country: null, ...parcel }, EVERYWHERE);
const names = (shipping: Shipping) =>
  shipping.outcome === 'ships'
    ? shipping.rates.map((one) => ('name' in one ? one.name : one.stripeShippingRateId))
    : [];

describe('without rates', () => {
  test('goods are shipped everywhere, or where the shop says, for nothing', () => {
    expect(offer([])).toEqual({ outcome: 'ships', countries: EVERYWHERE, rates: [] });
    expect(offer([], {}, ['DE', 'AT'])).toEqual({ outcome: 'ships', countries: ['DE', 'AT'], rates: [] });
    expect(offer([], { country: 'AT' }, ['DE', 'AT'])).toMatchObject({ countries: ['DE', 'AT'] });
  });

  test('and not where the shop does not ship', () => {
    expect(offer([], { country: 'US' }, ['DE'])).toEqual({ outcome: 'not-there' });
    expect(offer([], { country: 'KP' })).toEqual({ outcome: 'not-there' });
  });
});

describe('rates', () => {
  const home = rate('Home', ['DE'], 490, { days: [1, 2] });
  const near = rate('Near', ['DE', 'AT'], 990);
  const world = rate('World', EVERYWHERE, 2500);

  test('of the country are offered in their order, and an address only there is taken', () => {
    const shipping = offer([home, near, world], { country: 'DE' });
    expect(shipping).toEqual({
      ...{ outcome: 'ships', countries: ['DE'] },
      rates: [
        { name: 'Home', amount: 490, days: [1, 2] },
        { name: 'Near', amount: 990, days: undefined },
        { name: 'World', amount: 2500, days: undefined },
      ],
    });
    expect(offer([near, home], { country: 'CH' })).toEqual({ outcome: 'not-there' });
  });

  test('without a country, only those are offered that go wherever an address is taken', () => {
    const shipping = offer([home, near, world]);
    expect([shipping, names(shipping)]).toMatchObject([{ countries: EVERYWHERE }, ['World']]);
    expect(names(offer([home, near]))).toEqual(['Near']);
    expect(offer([home, rate('There', ['AT'], 900)])).toEqual({ outcome: 'which-country' });
    expect(offer([home, rate('Express', ['DE'], 1900)])).toMatchObject({ countries: ['DE'] });
    expect(offer([near, world], {}, ['DE', 'AT'])).toMatchObject({ countries: ['DE', 'AT'] });
    expect(names(offer([near, world], {}, ['DE', 'AT']))).toEqual(['Near', 'World']);
  });

  test('go only where the shop ships, and the shop ships only where one goes', () => {
    const there = rate('There', ['CH'], 900);
    expect(offer([home, there], {}, ['DE', 'US'])).toMatchObject({ countries: ['DE'], rates: [{ name: 'Home' }] });
    expect(offer([home, there], { country: 'US' }, ['DE', 'US'])).toEqual({ outcome: 'not-there' });
    expect(offer([home, there], { country: 'CH' }, ['DE', 'US'])).toEqual({ outcome: 'not-there' });
    expect(offer([there], {}, ['DE'])).toEqual({ outcome: 'not-there' });
  });

  test('have an amount in the currency, or are left out', () => {
    const both = rate('Both', ['DE'], 0, {
      prices: [
        { amount: 500, currency: 'eur' },
        { amount: 800, currency: 'jpy' },
      ],
    });
    expect(offer([home, both], { currency: 'jpy' })).toMatchObject({ rates: [{ name: 'Both', amount: 800 }] });
    expect(offer([home, both], { currency: 'usd' })).toEqual({ outcome: 'not-in-currency' });
  });

  test('of one name are steps of weight, of which the first that is enough is offered', () => {
    const steps = [
      rate('Parcel', ['DE'], 1900),
      rate('Parcel', ['DE'], 590, { maxWeight: 2000 }),
      rate('Letter', ['DE'], 190, { maxWeight: 500 }),
      rate('Parcel', ['DE'], 990, { maxWeight: 10_000 }),
    ];
    const priced = (weight: number) => {
      const shipping = offer(steps, { weight });
      return shipping.outcome === 'ships' && shipping.rates.map((one) => ('amount' in one ? one.amount : null));
    };
    expect(priced(500)).toEqual([590, 190]);
    expect(priced(501)).toEqual([590]);
    expect(priced(2001)).toEqual([990]);
    expect(priced(10_001)).toEqual([1900]);
    expect(offer(steps.slice(1), { weight: 10_001 })).toEqual({ outcome: 'too-heavy' });
  });

  test('that are kept at Stripe are offered by their id, in the currencies that they have there', () => {
    const kept = { stripeShippingRateId: 'shr_1', countries: ['DE', 'AT'], currencies: ['eur', 'chf'] };
    expect(offer([kept, home], { country: 'DE' })).toMatchObject({
      rates: [{ stripeShippingRateId: 'shr_1' }, { name: 'Home' }],
    });
    expect(offer([kept], { currency: 'usd' })).toEqual({ outcome: 'not-in-currency' });
    expect(names(offer([{ ...kept, currencies: null }], { currency: 'usd' }))).toEqual(['shr_1']);
  });

  test('are too many where more than five names, or rates of Stripe, have one country and currency', () => {
    const five = [1, 2, 3, 4, 5].map((n) => rate(`R${n}`, ['DE', 'AT'], n));
    expect(crowdedPlace([...five, rate('R1', ['DE'], 9, { maxWeight: 5 })])).toBeNull();
    expect(crowdedPlace([...five, rate('Other', ['CH'], 9)])).toBeNull();
    const dollars = { prices: [{ amount: 9, currency: 'usd' }] };
    expect(crowdedPlace([...five, rate('Other', ['DE'], 9, dollars)])).toBeNull();
    expect(crowdedPlace([...five, rate('Other', ['AT'], 9)])).toEqual({ country: 'AT', currency: 'eur' });
    const kept = { stripeShippingRateId: 'shr_1', countries: ['DE'], currencies: ['eur'] };
    expect(crowdedPlace([...five, kept])).toEqual({ country: 'DE', currency: 'eur' });
    const unread = [1, 2, 3, 4, 5, 6].map(() => ({ ...kept, currencies: null }));
    expect(crowdedPlace([...five, ...unread.slice(0, 1)])).toEqual({ country: 'DE', currency: 'eur' });
    expect(crowdedPlace(unread)).toMatchObject({ country: 'DE' });
  });

  test('repeat each other as the same step of a name in one country and currency', () => {
    expect(repeats(rate('A', ['DE'], 1), rate('A', ['AT', 'DE'], 2))).toBe(true);
    expect(repeats(rate('A', ['DE'], 1), rate('A', ['AT'], 2))).toBe(false);
    expect(repeats(rate('A', ['DE'], 1), rate('A', ['DE'], 2, { maxWeight: 5 }))).toBe(false);
    expect(repeats(rate('A', ['DE'], 1), rate('B', ['DE'], 1))).toBe(false);
    const yen = { prices: [{ amount: 1, currency: 'jpy' }] };
    expect(repeats(rate('A', ['DE'], 1), rate('A', ['DE'], 1, yen))).toBe(false);
  });
});

describe('what a session offers', () => {
  const product = (kind: 'PHYSICAL' | 'DIGITAL', minimum: number | null = null): ProductForSale => ({
    ...{ sku: 'it', name: 'It', description: '', kind, imageUrl: null, available: null, refused: false },
    ...{ weight: null, taxCode: null, taxBehavior: 'exclusive' },
    ...{ contents: null, pictures: [], group: null },
    prices: [{ currency: 'eur', amount: 500, minimum, stripePriceId: 'price_1' }],
  });
  let language: string | null = null;
  const offered = (settings: Partial<ShopSettings>, ...products: ProductForSale[]) => {
    const wanted = products.map((one) => ({ product: one, quantity: 1 }));
    return offerOf(settingsOf(settings), wanted, { currency: 'eur', country: null, language });
  };

  test('is nothing but an address for goods while everything is off', () => {
    expect(offered({}, product('DIGITAL'))).toEqual({});
    expect(offered({}, product('PHYSICAL'))).toEqual({
      shipping_address_collection: { allowed_countries: SHIPPING_COUNTRIES },
    });
  });

  test('is no code where the shopper names the price', () => {
    const codes = { promotionCodes: true };
    expect(offered(codes, product('DIGITAL'))).toEqual({ allow_promotion_codes: true });
    expect(offered(codes, product('DIGITAL', 100))).toEqual({});
  });

  test.each([
    [null, 'I agree to the [Terms of Service](https://shop.example/terms)'],
    ['de-AT', 'Ich stimme den [Nutzungsbedingungen](https://shop.example/terms) zu'],
    ['FR_ca', 'J’accepte les [Conditions d’utilisation](https://shop.example/terms)'],
    ['ja', 'I agree to the [Terms of Service](https://shop.example/terms)'],
  ])('is the shop’s terms in the language %s', (tag, message) => {
    language = tag;
    const { custom_text } = offered({ termsUrl: 'https://shop.example/terms' }, product('DIGITAL'));
    language = null;
    expect(custom_text).toEqual({ terms_of_service_acceptance: { message } });
  });

  test('is a link that no bracket in its address ends', () => {
    const { custom_text } = offered({ termsUrl: 'https://shop.example/terms_(eu)' }, product('DIGITAL'));
    expect(JSON.stringify(custom_text)).toContain('(https://shop.example/terms_%28eu%29)');
  });

  test('says how shipping is taxed only where tax is computed', () => {
    const shippingRates = [rate('Home', ['DE'], 490)];
    const behaviors = (settings: Partial<ShopSettings>) =>
      offered({ shippingRates, ...settings }, product('PHYSICAL')).shipping_options?.map(
        ({ shipping_rate_data: asked }) => asked?.tax_behavior,
      );
    expect([behaviors({}), behaviors({ automaticTax: true })]).toEqual([[undefined], ['exclusive']]);
  });
});
