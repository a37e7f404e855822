/**
 * What Stripe's words for a dispute come to (https://docs.stripe.com/disputes/how-disputes-work). The list is open: a word that is not known here
 * is recorded as it is, and counts as open, for an order that is let go too early cannot be called back.
 */
const OPEN = [
  'warning_needs_response',
  'warning_under_review',
  'needs_response',
  'under_review',
  'appeal_needs_response',
  'appeal_under_review',
];
/** `charge_refunded` is what older disputes say. */
const CLOSED = ['won', 'lost', 'warning_closed', 'prevented', 'charge_refunded'];

/** `open`: the bank decides. `kept`: over, and the money is ours. `lost`: over, and the money is the buyer's. */
export type Standing = 'open' | 'kept' | 'lost';

/**
 * @param withdrawn what the bank took of our balance and has not given back. A dispute that was `prevented` cost nothing when it was stopped
 * before it was one, and all of it when the network settled it by giving the buyer the money.
 */
export function standingOf(status: string, withdrawn: number): Standing {
  if (!CLOSED.includes(status)) return 'open';
  if (status === 'lost') return 'lost';
  return status === 'prevented' && withdrawn > 0 ? 'lost' : 'kept';
}

export const isKnownStatus = (status: string): boolean => OPEN.includes(status) || CLOSED.includes(status);

/** Whether the bank waits for an answer of ours. */
export const waitsForAnswer = (status: string): boolean => status.endsWith('needs_response');

/** Whether this is a new question: it came back after its end, or what was an inquiry has become a dispute, which is answered on its own. */
export const isAskedAnew = (before: { open: boolean; status: string }, status: string, open: boolean): boolean =>
  open && (!before.open || (before.status.startsWith('warning_') && !status.startsWith('warning_')));

/** What decides whether evidence may be submitted now; times in milliseconds since the epoch. */
export interface Answerable {
  status: string;
  /** 0: the bank takes no answer at all. Null: no day is named. */
  dueBy: number | null;
  submitted: boolean;
}

/** Why evidence cannot be submitted now, in a sentence for staff; null when it can. */
export function refusalToSubmit({ status, dueBy, submitted }: Answerable, now: number): string | null {
  if (CLOSED.includes(status)) return `The dispute is closed: ${status}`;
  if (submitted) return 'Evidence was submitted already, and the bank takes it once';
  if (status.startsWith('appeal_')) return 'An appeal is answered in the Stripe Dashboard';
  if (dueBy === 0) return 'The bank takes no answer to this dispute';
  if (dueBy !== null && dueBy <= now) return 'The time to answer is over';
  return null;
}
