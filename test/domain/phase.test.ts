import { DECISIONS, type Decision, ORDER_STATUSES, type OrderStatus } from '../../domain/order';
import { type Phase, phaseOf } from '../../domain/phase';

const NO_CANCEL = { cancelRequested: null, refundRefused: false } as const;

/** Every status, and the phase it stands for. */
const PHASES: Record<OrderStatus, Phase> = {
  PENDING: 'awaiting-payment',
  PAID: 'to-fulfil',
  PREPARING: 'to-fulfil',
  SHIPPED: 'to-fulfil',
  COMPLETED: 'ended',
  EXPIRED: 'ended',
  CANCELLED: 'ended',
  REFUNDED: 'ended',
};

test.each(Object.entries(PHASES))('%s is %s', (status, phase) => {
  expect(phaseOf({ status: status as OrderStatus, stock: 'HELD', pendingDecision: null, ...NO_CANCEL })).toBe(phase);
});

test('only a refund that failed makes a pending order wait for a decision; no decision changes any other phase', () => {
  for (const status of ORDER_STATUSES)
    for (const step of Object.values<Decision>(DECISIONS)) {
      const waits = status === 'PENDING' && step === DECISIONS.refundFailed;
      const order = { status, pendingDecision: { step }, ...NO_CANCEL };
      expect(phaseOf({ ...order, stock: 'RELEASED' })).toBe(waits ? 'refund-stuck' : PHASES[status]);
    }
});

test('a failed refund of a part does not end the wait for a payment whose stock is still held', () => {
  const pendingDecision = { step: DECISIONS.refundFailed };
  expect(phaseOf({ status: 'PENDING', stock: 'HELD', pendingDecision, ...NO_CANCEL })).toBe('awaiting-payment');
});

test('a cancel comes before shipping and before other decisions; Stripe says first whether an unpaid order was paid', () => {
  const cancel = { cancelRequested: 'other', refundRefused: false } as const;
  const waits = { stock: 'HELD', pendingDecision: null, ...cancel } as const;
  expect(phaseOf({ status: 'PENDING', ...waits })).toBe('awaiting-payment');
  expect(phaseOf({ status: 'PREPARING', ...waits })).toBe('to-cancel');
  expect(phaseOf({ status: 'REFUNDED', ...waits })).toBe('ended');
  const failed = { stock: 'RETURNED', pendingDecision: { step: DECISIONS.refundFailed }, ...cancel } as const;
  expect(phaseOf({ status: 'PENDING', ...failed })).toBe('to-cancel');
});

test('a refund that Stripe refuses makes a pending order wait for a decision, held or not, whatever else is pending', () => {
  for (const stock of ['HELD', 'RELEASED'] as const)
    for (const status of ORDER_STATUSES) {
      const order = {
        status,
        stock,
        pendingDecision: { step: DECISIONS.fraudWarning },
        cancelRequested: null,
        refundRefused: true,
      };
      expect(phaseOf(order)).toBe(status === 'PENDING' ? 'refund-stuck' : PHASES[status]);
    }
});
