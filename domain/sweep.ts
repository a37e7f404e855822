import { isFinal, type OrderStatus, type PaymentStatus } from './order';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Lists may lag behind what happened, and Stripe's clock behind ours. */
const OVERLAP = 10 * MINUTE;
/** The longest that a session stays open: who paid last made it so long ago at most. */
const SESSION_LIFE = DAY;
/** A wide sweep looks back so far, at least. */
const WIDE = SESSION_LIFE + HOUR;
/** How long Stripe itself goes on trying to deliver an event. */
const STRIPE_RETRIES = 3 * DAY;
/** How long Stripe keeps events. */
const EVENTS_KEPT = 30 * DAY;

/** How far back one sweep looks, in milliseconds since the epoch. It stands in the database and in the workflow's history. */
export interface SweepWindow {
  /** Whether it covers all sessions that can have been paid since the last wide one. */
  wide: boolean;
  /** When it began: nothing that moved later is held against the orders. */
  until: number;
  sessionsSince: number;
  eventsSince: number;
  /** Events that no endpoint has taken yet are listed so far back; null: not this time. */
  undeliveredSince: number | null;
  runsSince: number;
  holdsOverBefore: number;
  ledgerSince: number;
}

/** Until when all was swept: the beginnings of the last sweep, and of the last wide one, that succeeded. */
export interface SweepMarks {
  last: number | null;
  lastWide: number | null;
}

/**
 * How far back the next sweep looks. A session made in the last hour is found in the sweep after its payment; any other in the next wide
 * one, and those are no more than an hour apart. What earlier sweeps missed because they failed or never ran (or because this database is a
 * restored backup) is in the window, for the marks have not moved.
 */
export function windowOf(
  now: number,
  { last, lastWide }: SweepMarks,
  { intervalMs, staff }: { intervalMs: number; staff: boolean },
): SweepWindow {
  const wide = staff || lastWide === null || now + intervalMs > lastWide + HOUR;
  const recent = Math.min(now - Math.max(65 * MINUTE, HOUR + intervalMs), (last ?? now) - HOUR);
  const sinceLast = (last ?? now - WIDE) - OVERLAP;
  const atLeast = (since: number) => Math.max(now - EVENTS_KEPT, staff ? Math.min(since, now - WIDE) : since);
  return {
    wide,
    until: now,
    sessionsSince: wide ? Math.min(now - WIDE, (lastWide ?? now) - SESSION_LIFE, recent) : recent,
    eventsSince: atLeast(sinceLast),
    undeliveredSince: wide ? now - STRIPE_RETRIES : null,
    runsSince: atLeast(sinceLast),
    holdsOverBefore: now - intervalMs,
    ledgerSince: wide ? Math.min(sinceLast, now - WIDE) : sinceLast,
  };
}

/** What Stripe's lists say of a complete session. */
export interface ListedSession {
  mode: string | null;
  paid: boolean;
  /** The delayed payment can come to nothing any more. */
  failed: boolean;
}

/** What the database knows of it. */
export interface KnownOrder {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  attention: boolean;
}

/** What a sweep woke an order for. */
export type RepairAction =
  /** A complete session without an order. */
  | 'taken_up'
  /** Paid at Stripe, unpaid here. */
  | 'paid'
  /** Paid at Stripe after it had ended here: the money goes back. */
  | 'given_back'
  /** A delayed payment on its way that the order did not know of. */
  | 'processing'
  /** A delayed payment that failed. */
  | 'payment_failed'
  /** Its hold was over, or its session expired, and it was open here. */
  | 'closed'
  /** Its run was terminated, had failed, or was over, and the order was not. */
  | 'restarted'
  /** A refund at Stripe that stood differently here. */
  | 'refund_recorded'
  /** A dispute at Stripe that stood differently here. */
  | 'dispute_recorded';

/** What is to be done about a complete session, or null: the database knows all that it says. */
export function differenceOf(session: ListedSession, order: KnownOrder | null, isStray: boolean): RepairAction | null {
  if (isStray) return null;
  if (order === null) return session.mode === 'payment' || session.mode === null ? 'taken_up' : null;
  const { status, paymentStatus, attention } = order;
  const moneyKnown = !UNPAID.has(paymentStatus);
  if (isFinal(status)) return session.paid && !moneyKnown ? 'given_back' : null;
  if (status !== 'PENDING') return null;
  // Paid and still pending is an order that was restored in the middle of its way, or one that waits for a person.
  if (session.paid) return moneyKnown && attention ? null : 'paid';
  if (session.failed) return 'payment_failed';
  return paymentStatus === 'UNPAID' ? 'processing' : null;
}

const UNPAID: ReadonlySet<PaymentStatus> = new Set<PaymentStatus>(['UNPAID', 'PROCESSING', 'FAILED']);

/** How far a refund has come; what is listed at or behind what the database says is no news. */
const REFUND_RANK: Record<string, number> = {
  requested: 0,
  pending: 1,
  requires_action: 1,
  succeeded: 2,
  failed: 3,
  canceled: 3,
};

/** Whether what an event says of a refund goes beyond what the database says. */
export const refundIsNews = (said: string | null, known: string | null): boolean =>
  known === null || (REFUND_RANK[said ?? ''] ?? 9) > (REFUND_RANK[known] ?? 9);
