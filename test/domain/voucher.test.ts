import { voucherOf } from '../../domain/voucher';

const until = 1_800_000_000;
const expiresAt = '2027-01-15T08:00:00.000Z';
const url = 'https://payments.stripe.com/voucher/1';

test.each<[string, Record<string, unknown>, string | null]>([
  ['boleto_display_details', { hosted_voucher_url: url, number: '0101', expires_at: until, pdf: `${url}/pdf` }, '0101'],
  ['oxxo_display_details', { hosted_voucher_url: url, number: '0123', expires_after: until }, '0123'],
  ['konbini_display_details', { hosted_voucher_url: url, stores: { lawson: null }, expires_at: until }, null],
  [
    'multibanco_display_details',
    { hosted_voucher_url: url, entity: '11249', reference: '123456789', expires_at: until },
    '11249 123456789',
  ],
])('%s: the page, the number to pay with, and until when', (type, details, reference) => {
  expect(voucherOf({ type, [type]: details } as never)).toEqual({ url, reference, expiresAt });
});

test('a bank transfer has no end', () => {
  const type = 'display_bank_transfer_instructions';
  const details = { hosted_instructions_url: url, reference: 'ABC123', amount_remaining: 500, currency: 'eur' };
  expect(voucherOf({ type, [type]: details } as never)).toEqual({ url, reference: 'ABC123', expiresAt: null });
});

test.each([
  [null],
  [{ type: 'redirect_to_url', redirect_to_url: { url, return_url: url } }],
  [{ type: 'use_stripe_sdk' }],
  [{ type: 'oxxo_display_details', oxxo_display_details: { hosted_voucher_url: 'javascript:alert(1)' } }],
])('%j is no voucher', (nextAction) => {
  expect(voucherOf(nextAction)).toBeNull();
});
