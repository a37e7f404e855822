/** What every part of the sandbox works on. */
import type { SandboxClock } from './clock';
import type { Later } from './store/records';
import type { Store } from './store/store';
import type { Deliveries } from './webhooks/deliveries';

/** Stripe's API version whose shapes the sandbox speaks: the one the pinned library sends. */
export const API_VERSION = '2026-10-28.endive';

export interface World {
  readonly store: Store;
  readonly clock: SandboxClock;
  readonly deliveries: Deliveries;
  /** Where shoppers reach the payment pages, without a slash at the end. */
  readonly publicUrl: string;
  readonly log: (line: Record<string, unknown>) => void;
  /** Does what was put off for an object (`happenings.ts`); here, so that what is put off need not know who does it. */
  readonly happen: (world: World, later: Later) => void;
  /** The API request under way: events name it. Both null when a shopper, the clock or staff at the Dashboard did it. */
  cause: Cause;
  /** Types of events that are never generated, as some are at Stripe. */
  readonly silenced: Set<string>;
  /** Aborted when the sandbox ends: whatever waits must not write any more. */
  readonly ending: AbortSignal;
}

export interface Cause {
  id: string | null;
  idempotency_key: string | null;
}

export const NOBODY: Cause = { id: null, idempotency_key: null };
