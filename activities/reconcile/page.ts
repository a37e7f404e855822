import type { SweepWindow } from '../../domain/sweep';

/** A page of one of the lists that a sweep reads. */
export interface PageRequest {
  id: string;
  window: SweepWindow;
  cursor: string | null;
}

/** What a page came to: counts alone, for it stands in the history. */
export interface PageRead {
  checked: number;
  /** How many orders were woken. */
  woken: number;
  /** Where the next page begins; null at the end. */
  cursor: string | null;
}

/** As many as Stripe gives at a time. */
export const PAGE = 100;

/** Milliseconds as Stripe has time; what happened within that second is in. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);
