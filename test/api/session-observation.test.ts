import type Stripe from 'stripe';
import { observationOf } from '../../api/storefront/session-observation';
import type { OrderStatus, PaymentStatus } from '../../domain/order';

type SessionAtStripe = Pick<Stripe.Checkout.Session, 'status' | 'payment_status'> & { intent?: string };

test.each<[string, SessionAtStripe, OrderStatus, PaymentStatus, string | null]>([
  ['still open', { status: 'open', payment_status: 'unpaid' }, 'PENDING', 'UNPAID', null],
  [
    'declined, still open',
    { status: 'open', payment_status: 'unpaid', intent: 'requires_payment_method' },
    'PENDING',
    'UNPAID',
    null,
  ],
  ['paid', { status: 'complete', payment_status: 'paid' }, 'PENDING', 'UNPAID', 'paid'],
  ['free', { status: 'complete', payment_status: 'no_payment_required' }, 'PENDING', 'UNPAID', 'paid'],
  ['paid, and parked for staff', { status: 'complete', payment_status: 'paid' }, 'PENDING', 'PAID', null],
  [
    'free, and parked for staff',
    { status: 'complete', payment_status: 'no_payment_required' },
    'PENDING',
    'NO_PAYMENT_REQUIRED',
    null,
  ],
  [
    'on its way',
    { status: 'complete', payment_status: 'unpaid', intent: 'processing' },
    'PENDING',
    'UNPAID',
    'processing',
  ],
  [
    'on its way, as known',
    { status: 'complete', payment_status: 'unpaid', intent: 'processing' },
    'PENDING',
    'PROCESSING',
    null,
  ],
  ['arrived', { status: 'complete', payment_status: 'paid' }, 'PENDING', 'PROCESSING', 'paid'],
  [
    'failed at last',
    { status: 'complete', payment_status: 'unpaid', intent: 'requires_payment_method' },
    'PENDING',
    'PROCESSING',
    'failed',
  ],
  [
    'cancelled at last',
    { status: 'complete', payment_status: 'unpaid', intent: 'canceled' },
    'PENDING',
    'PROCESSING',
    'failed',
  ],
  ['expired', { status: 'expired', payment_status: 'unpaid' }, 'PENDING', 'UNPAID', 'expired'],
  ['expired, as known', { status: 'expired', payment_status: 'unpaid' }, 'EXPIRED', 'UNPAID', null],
  [
    'expired, and confirmed by the bank after that',
    { status: 'expired', payment_status: 'unpaid', intent: 'succeeded' },
    'PENDING',
    'UNPAID',
    'paid',
  ],
  ['expired and paid, as known', { status: 'expired', payment_status: 'paid' }, 'PENDING', 'PAID', null],
])('a session that is %s', (_what, { status, payment_status, intent }, order, payment, news) => {
  const payment_intent = intent === undefined ? null : { status: intent };
  const session = { status, payment_status, payment_intent } as unknown as Stripe.Checkout.Session;
  expect(observationOf(session, { status: order, paymentStatus: payment })).toBe(news);
});
