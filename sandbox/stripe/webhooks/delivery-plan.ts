/** How deliveries go: as Stripe's do, unless a test says otherwise. */
import { type Form, type Guise, HONEST } from './webhook-post';

export interface DeliveryPlan extends Guise {
  mode: 'drop' | 'hold' | 'normal';
  /** How many times more than once each is sent. */
  duplicate: number;
  /** In no order, each a few milliseconds late. */
  shuffle: boolean;
  /** Milliseconds of the sandbox's clock until each is first sent. */
  delayMs: number;
  /** In which form events that happen from now on are sent: as two endpoints would have them when `both`. */
  form: Form | 'both';
}

export const AS_STRIPE_DOES: DeliveryPlan = {
  mode: 'normal',
  duplicate: 0,
  shuffle: false,
  delayMs: 0,
  form: 'snapshot',
  ...HONEST,
};

/** What is said of some fields, or left open. */
export type Said<T> = { [K in keyof T]?: T[K] | undefined };

/** The usual, but for what is said. */
export function withSaid<T extends object>(usual: T, said: Said<T>): T {
  const entries = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...usual, ...Object.fromEntries(entries) };
}

/** In place, each order as likely as any other. */
export function shuffle<T>(row: T[]): void {
  for (let last = row.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [row[last], row[other]] = [row[other] as T, row[last] as T];
  }
}
