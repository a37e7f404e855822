/**
 * Where the time comes from. Tests pass one that follows the test environment's clock. Business code never asks the
 * machine or the database.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
