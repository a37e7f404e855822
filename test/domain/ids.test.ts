import { SHIPPING_COUNTRIES } from '../../api/storefront/checkout/stripe-lists';
import { isCountry } from '../../domain/country';
import { isDisputeId, isNoticeId, isRefundId, isSessionId } from '../../domain/ids';

test.each([
  [isSessionId, ['cs_test_a1', 'cs_live_b', 'cs_1'], ['cs_', 'cs_test-1', 're_1', `cs_test_${'x'.repeat(300)}`]],
  [isRefundId, ['re_1', 'pyr_1A'], ['re_', 'cs_1', 're_a b']],
  [isDisputeId, ['du_1', 'dp_1A'], ['du_', 're_1']],
  [isNoticeId, ['prv_1', 'issfr_1', 'pi_1', 'po_7'], ['pi_', 'ch_1']],
])('%p accepts an id of any length that Stripe may use, and nothing else', (is, ids, others) => {
  expect(ids.filter(is)).toEqual(ids);
  expect(others.filter(is)).toEqual([]);
});

test('a country is one of ISO 3166-1 in upper case, or one that Stripe delivers to besides', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  // ISO has 249; Ascension, Tristan da Cunha and Kosovo are not among them.
  expect(pairs.filter(isCountry)).toHaveLength(249 + 3);
  expect(SHIPPING_COUNTRIES.filter((code) => !isCountry(code))).toEqual([]);
  expect(['CU', 'SY', 'UM', 'VI'].filter(isCountry)).toHaveLength(4);
  expect(['de', 'XX', 'ZZ', 'EU', 'UK', 'DEU', ''].filter(isCountry)).toEqual([]);
});
