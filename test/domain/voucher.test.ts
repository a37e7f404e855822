import { voucherOf } from '../../domain/voucher';

const until = 1_800_000_000;
const expiresAt = '2027-01-15T08:00:00.000Z';
const url = 'https://payments.stripe.com/voucher/1';

test.each<[string, Record<string, unknown>, string | null]>([
  ['boleto_display_details', { hosted_voucher_url: url, number: '0101', expires_at: until, pdf: `${url}/pdf` }, '0101'],
  ['oxxo_display_details', { hosted_voucher_url: url, number: '0123', expires_after: until }, '0123'],
  [
    'multibanco_display_details',
    { hosted_voucher_url: url, entity: '11249', reference: '123456789', expires_at: until },
    '11249 123456789',
  ],
])('%s: the page, the number to pay with, and until when', (type, details, reference) => {
  expect(voucherOf({ type, [type]: details } as never)).toEqual({ url, reference, stores: [], expiresAt });
});

test.each([[url], [null]])('konbini_display_details: each shop with its codes, with or without a page (%s)', (page) => {
  const stores = {
    ...{ familymart: { payment_code: '123456', confirmation_number: '12345678901' }, lawson: null },
    ...{ ministop: { payment_code: '654321' }, daily: { payment_code: '1' } },
  };
  const konbini_display_details = { hosted_voucher_url: page, stores, expires_at: until };
  expect(voucherOf({ type: 'konbini_display_details', konbini_display_details } as never)).toEqual({
    ...{ url: page, reference: null, expiresAt },
    stores: [
      { name: 'FamilyMart', paymentCode: '123456', confirmationNumber: '12345678901' },
      { name: 'Ministop', paymentCode: '654321', confirmationNumber: null },
      { name: 'daily', paymentCode: '1', confirmationNumber: null },
    ],
  });
});

test('a bank transfer has no end', () => {
  const type = 'display_bank_transfer_instructions';
  const details = { hosted_instructions_url: url, reference: 'ABC123', amount_remaining: 500, currency: 'eur' };
  expect(voucherOf({ type, [type]: details } as never)).toEqual({
    url,
    reference: 'ABC123',
    stores: [],
    expiresAt: null,
  });
});

test.each([
  [null],
  [{ type: 'redirect_to_url', redirect_to_url: { url, return_url: url } }],
  [{ type: 'use_stripe_sdk' }],
  [
    {
      type: 'konbini_display_details',
      konbini_display_details: { hosted_voucher_url: null, stores: { lawson: null } },
    },
  ],
  [{ type: 'oxxo_display_details', oxxo_display_details: { hosted_voucher_url: 'javascript:alert(1)' } }],
])('%j is no voucher', (nextAction) => {
  expect(voucherOf(nextAction)).toBeNull();
});
