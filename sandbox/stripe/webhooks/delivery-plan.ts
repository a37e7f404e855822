/** How webhooks are delivered: as Stripe does it, unless a test changes that. */
import { type Form, NO_TAMPERING, type Tampering } from './webhook-post';

export interface DeliveryPlan extends Tampering {
  mode: 'drop' | 'hold' | 'normal';
  /** How many extra copies of each delivery are sent. */
  duplicate: number;
  /** Sends in random order, each delivery a few milliseconds late. */
  shuffle: boolean;
  /** How long each delivery waits before its first attempt, in milliseconds of the sandbox's clock. */
  delayMs: number;
  /** The form of events created from now on; `both` sends each twice, as to two endpoints. */
  form: Form | 'both';
}

export const AS_STRIPE_DOES: DeliveryPlan = {
  mode: 'normal',
  duplicate: 0,
  shuffle: false,
  delayMs: 0,
  form: 'snapshot',
  ...NO_TAMPERING,
};

/** Some fields of `T`; a field that is undefined counts as absent. */
export type Overrides<T> = { [K in keyof T]?: T[K] | undefined };

export function withOverrides<T extends object>(defaults: T, overrides: Overrides<T>): T {
  const entries = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(entries) };
}

/** In place; every order is equally likely. */
export function shuffle<T>(row: T[]): void {
  for (let last = row.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [row[last], row[other]] = [row[other] as T, row[last] as T];
  }
}
