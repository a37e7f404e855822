import type { SessionId } from '../../../domain/ids';
import type { Db } from '../../../store/database';
import { APART_S } from '../orders';
import { type Shop, sessionOf } from '../shops';

/** One call of the store that is timed in a shop with a short past and in one with a long one. */
export interface Probe {
  name: string;
  /** @throws when the answer is not right */
  run(db: Db, visit: Visit): Promise<unknown>;
}

/** What a probe is about, in one shop: an order that it makes, one of the past, and the time. */
export interface Visit {
  shop: Shop;
  /** Counts the visits, from 0. */
  turn: number;
  at: Date;
  /** The session of the order that is made in this visit. */
  session: SessionId;
  /** Its checkout. */
  checkoutId: string;
}

export function visitOf(shop: Shop, turn: number): Visit {
  const hex = (turn + 1).toString(16).padStart(12, '0');
  return {
    ...{ shop, turn, at: new Date(shop.now.getTime() + (turn + 1) * 1000) },
    session: `cs_test_a1visit${hex}${sessionOf(turn).slice(26)}` as SessionId,
    checkoutId: `00000000-0000-4000-8000-${hex}`,
  };
}

/** The age of an order of the past, another one each time, of a kind that is told by the last two digits of its age. */
export function ageOf({ shop, turn }: Visit, from: number, to: number): number {
  const hundreds = Math.floor(shop.orders / 100);
  return ((turn * 7919) % hundreds) * 100 + from + ((turn * 31) % (to - from + 1));
}

/** The kinds that a probe asks for, as `pastTable` has them; newer orders are left out where they differ. */
export const SHIPPED: [number, number] = [4, 58];
export const SONG: [number, number] = [74, 80];
export const EXPIRED: [number, number] = [82, 90];

/** When an order of the past was made. */
export const createdAt = ({ now }: Shop, age: number): Date =>
  new Date(now.getTime() - 7_200_000 - age * APART_S * 1000);

export const before = (at: Date, ms: number): Date => new Date(at.getTime() - ms);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Throws unless the answer is right: a wrong one may be quick. */
export function expect(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`a probe was answered wrongly: ${what}`);
}
