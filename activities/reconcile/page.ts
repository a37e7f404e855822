import type { SweepWindow } from '../../domain/sweep';

/** A page of one of the lists that a sweep reads. */
export interface PageRequest {
  id: string;
  window: SweepWindow;
  cursor: string | null;
  /** Staff say that the database was restored from a backup. */
  restored?: boolean;
}

/** The result of a page. Only counts, because it goes into the history. */
export interface PageRead {
  checked: number;
  /** How many orders were woken. */
  woken: number;
  /** Where the next page begins; null at the end. */
  cursor: string | null;
}

/** The largest page that Stripe returns. */
export const PAGE = 100;

/** Milliseconds as Stripe's whole seconds, rounded down so that nothing within that second is missed. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);
