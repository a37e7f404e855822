import type { Action } from './action-facts';
import { cancelUnderWay, type Rules } from './obstacles';
import type { HoldReason } from './order';

/** What came of a request to hold shipping, or to release it. */
export type HoldChanged =
  /**
   * Whether and why shipping is on hold now. `since`: milliseconds since the epoch; null if it is not. Absent from what
   * older histories hold.
   */
  | { outcome: 'recorded'; hold: HoldReason | null; since?: number | null }
  /** It makes no sense now. `reason` is a sentence without its full stop. */
  | { outcome: 'refused'; reason: string };

/**
 * When staff may hold shipping, and release it. A hold may come before the payment: it then stands when the money does.
 * It ends with `release`, or when nothing is left to ship.
 */
export const HOLD_RULES: Pick<Record<Action, Rules>, 'hold' | 'release'> = {
  hold: {
    does: 'stops shipping until `release`; the payment goes on',
    doesNow: ({ status, shippingHold = null }) => {
      if (shippingHold !== null) return 'names another reason for the hold';
      return status === 'PENDING' ? undefined : 'stops shipping until `release`';
    },
    in: ['PENDING', 'PAID', 'PREPARING'],
    instead: () => 'nothing of it is left to ship',
    obstacles: [
      {
        when: 'all of it is downloads',
        applies: ({ digital = false }) => digital,
        refusal: () => 'Nothing of the order will be shipped',
      },
      cancelUnderWay(),
    ],
  },
  release: {
    does: 'ends the hold: it may be shipped again',
    in: ['PENDING', 'PAID', 'PREPARING'],
    obstacles: [
      {
        when: 'it is not on hold',
        applies: ({ shippingHold = null }) => shippingHold === null,
        refusal: () => 'Shipping is not on hold',
      },
    ],
  },
};
