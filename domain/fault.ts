/** Whose fault a failure is. That decides who is told of it and what waits. docs/refusals.md lists every case. */
export type Fault =
  /** One session, refund, price or address: the same request will be refused again, every other one is fine. */
  | 'thing'
  /** A key, a permission, a quota or a setting: every request of its kind is refused until a person fixes it. */
  | 'account'
  /** A limit, a time-out or an outage: the same request may succeed later. */
  | 'moment';

/** The type of a failure of the database. */
export const DATABASE = 'database';

/** What can stop many orders at once. Each is one alarm, however many orders wait for it. */
export const ACCOUNT_CAUSES = [
  'stripe_key',
  'stripe_permission',
  'stripe_account',
  'stripe_down',
  'mail_key',
  'mail_quota',
  'mail_provider_down',
] as const;
export type AccountCause = (typeof ACCOUNT_CAUSES)[number];

/**
 * What concerns sweeps: one that fails, none that ends, things that one had to skip, and runs that cannot go on.
 */
export const SWEEP_CAUSES = ['sweep_failed', 'sweep_overdue', 'sweep_skipped', 'run_stuck'] as const;

/** What only checkouts meet: Stripe refuses to make a session, for no price, amount or address. */
export const CHECKOUT_REFUSED = 'checkout_refused';

/** What only orders of agents meet: Stripe has changed its preview. The subject is one of these, for staff to read. */
export const AGENTS_CHANGED = 'agents_changed';
export const APPROVAL_HOOK = 'the order approval hook';
export const LINE_REFERENCES = 'the references of lines';

/**
 * What concerns the receiver of events: it takes none, it said that it is gone, or it refused some events for days.
 */
export const EVENT_CAUSES = ['events_down', 'events_gone', 'events_given_up'] as const;
export type EventCause = (typeof EVENT_CAUSES)[number];

/**
 * What concerns storage for the files of digital products: it refuses the key or the bucket, it does not answer, or the
 * file of one product is missing there or is another one than was uploaded.
 */
export const FILE_CAUSES = ['files_refused', 'files_down', 'file_lost'] as const;
export type FileCause = (typeof FILE_CAUSES)[number];

/** Every cause of an alarm. Staff get one alarm for each, however many orders it concerns. */
export const ALARM_CAUSES = [
  ...ACCOUNT_CAUSES,
  ...SWEEP_CAUSES,
  CHECKOUT_REFUSED,
  AGENTS_CHANGED,
  ...EVENT_CAUSES,
  ...FILE_CAUSES,
] as const;
export type AlarmCause = (typeof ALARM_CAUSES)[number];

/** Those that refuse every mail. */
export const MAIL_CAUSES: AccountCause[] = ['mail_key', 'mail_quota', 'mail_provider_down'];

/** The causes that begin as this moment's fault, and become an alarm only after ten minutes without a success. */
export const OUTAGES: ReadonlySet<AlarmCause> = new Set<AlarmCause>([
  'stripe_down',
  'mail_provider_down',
  'files_down',
]);
export const OUTAGE_MS = 600_000;

/** Whose fault a failure is, as it travels in the details of a failed activity. Ids and codes only. */
export interface FaultDetails {
  fault: Fault;
  /** What stops every request of this kind; absent if only this thing is refused, or if it is unknown. */
  cause?: AccountCause;
  /** Stripe's id of the failed request, for its log in the Dashboard. It differs at each try, so no reason shows it. */
  requestId?: string;
}
