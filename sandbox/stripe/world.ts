/** What every part of the sandbox works on. It holds no part itself: what needs one gets it from `http/server.ts`. */
import type { SandboxClock } from './clock';
import type { ScheduledChange, StoredEvent } from './store/records';
import type { Store } from './store/store';

/** Stripe's API version whose shapes the sandbox speaks: the one the pinned library sends. */
export const API_VERSION = '2026-10-28.endive';

export interface World {
  readonly store: Store;
  readonly clock: SandboxClock;
  /** Where shoppers reach the payment pages, without a trailing slash. */
  readonly publicUrl: string;
  readonly log: (line: Record<string, unknown>) => void;
  /** Queues an event for every endpoint that wants it (`webhooks/deliveries.ts`), within the event's transaction. */
  readonly announce: (event: StoredEvent) => void;
  /** Carries out a change that was scheduled for an object (`objects/scheduled-changes.ts`). */
  readonly applyChange: (world: World, change: ScheduledChange) => void;
  /**
   * The API request under way; events name it. Both fields are null when a shopper, the clock or the Dashboard acts.
   */
  cause: Cause;
  /** Event types that are never generated, as Stripe sometimes fails to. */
  readonly silenced: Set<string>;
  /** Aborted when the sandbox closes: whatever is waiting must not write after that. */
  readonly ending: AbortSignal;
}

export interface Cause {
  id: string | null;
  idempotency_key: string | null;
}

export const NO_REQUEST: Cause = { id: null, idempotency_key: null };
