import { isKnownStatus, type Standing, waitsForAnswer } from '../../domain/dispute';
import { type EarlierOrders, isQualifying } from '../../domain/earlier-orders';
import type { DisputeId, SessionId } from '../../domain/ids';
import { type RecordedDispute, recallDispute } from '../../store/disputes/record';
import type { Deps } from '../deps';

/** What the database knows of a dispute. */
export const recordedDisputes = ({ db, clock, temporalUi }: Deps) => ({
  /** A dispute as it was last recorded, while Stripe cannot be read; null if it never was. */
  async recallDispute({ disputeId }: { disputeId: DisputeId }): Promise<DisputeFacts | null> {
    const recorded = await recallDispute(db, { id: disputeId, at: new Date(clock.now()) });
    return recorded && factsOf(recorded, temporalUi);
  },
});

/** A dispute as its workflow needs to know it: ids, codes, amounts and times. */
export interface DisputeFacts {
  sessionId: SessionId;
  /** The order, with what its money has come to. */
  order: RecordedDispute['order'];
  status: string;
  reason: string;
  amount: number;
  currency: string;
  standing: Standing;
  /** Whether Holdfast knows what Stripe's status means. */
  understood: boolean;
  /** How often it was opened. */
  openings: number;
  /** Milliseconds since the epoch; null where Stripe names no deadline. */
  dueBy: number | null;
  /** Whether the bank takes an answer at all, and still. */
  answerable: boolean;
  /** Whether the bank waits for evidence, which was not submitted yet. */
  needsAnswer: boolean;
  submitted: boolean;
  /** It was lost, and is won after all. */
  reversed: boolean;
  /** Absent where no earlier orders go with the evidence. */
  earlier?: EarlierFacts | undefined;
  /** Where the Temporal UI is, if that is configured. */
  temporalUi?: string;
}

/** Earlier orders of the customer that go with the evidence. */
export interface EarlierFacts {
  numbers: string[];
  /** What shows that the customer is the same, by Stripe's names. */
  identifiers: string[];
  /** Stripe's word for whether Visa takes them; null before they were submitted. */
  taken: string | null;
  /** Whether they have enough in common for Visa. */
  qualifying: boolean;
}

export function factsOf(
  { order, dispute, standing, reversed }: RecordedDispute,
  temporalUi: Deps['temporalUi'],
): DisputeFacts {
  const { earlierOrders, submittedAt, visaEvidence } = dispute;
  const { sessionId, status, reason, amount, currency, openings, dueBy, answerable } = dispute;
  const submitted = submittedAt !== null;
  return {
    ...{ sessionId, order, status, reason, amount, currency, standing, openings, answerable, submitted, reversed },
    understood: isKnownStatus(status),
    dueBy: dueBy?.getTime() ?? null,
    needsAnswer: waitsForAnswer(status) && answerable && !submitted,
    ...(earlierOrders && { earlier: earlierFactsOf(earlierOrders, submitted ? visaEvidence : null) }),
    ...(temporalUi && { temporalUi: temporalUi.url }),
  };
}

export const earlierFactsOf = ({ orders, identifiers }: EarlierOrders, taken: string | null): EarlierFacts => ({
  ...{ identifiers, taken, numbers: orders.map(({ number }) => number) },
  qualifying: isQualifying(identifiers),
});
