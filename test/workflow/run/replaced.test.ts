import { meanwhile } from '../../../workflows/order/replaced';

const line = (sku: string, replaced?: number) => ({
  ...{ sku, quantity: 1 + (replaced ?? 0), shipped: 1, returned: 0, toShip: replaced ?? 0 },
  ...(replaced !== undefined && { replaced }),
});

test('goods that are to be sent instead of others are told with those', () => {
  const status = 'PREPARING' as const;
  const sent = { ...line('vase', 1), sentAgain: 0, exchangedFor: ['lavender'] };
  const instead = { ...line('lavender'), insteadOf: [{ sku: 'vase', quantity: 1 }] };
  expect(meanwhile({ lines: [line('vase')] }, { status, lines: [sent, instead] })).toBe(
    'To be sent at no charge: 1 × lavender instead of vase',
  );
});

test('goods that are to be sent again since the order was last read are told by SKU, those of before are not', () => {
  const status = 'PREPARING' as const;
  const before = { status, lines: [line('lavender'), line('vase', 1)] };
  expect(meanwhile(before, { status, lines: [line('lavender', 1), line('vase', 1)] })).toBe(
    'To be sent at no charge: 1 × lavender',
  );
  expect(meanwhile(before, before)).toBe('Now PREPARING, by what was recorded meanwhile');
});
