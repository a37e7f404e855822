import type { HoldChanged } from '../../domain/hold-rules';
import type { SessionId } from '../../domain/ids';
import type { HoldReason } from '../../domain/order';
import { readActor } from '../../store/orders/request-actors';
import { holdShipping, releaseShipping } from '../../store/orders/shipping-hold';
import type { Deps } from '../deps';

/** Activities by which staff hold shipping and release it. `by` is the key of their request. */
export const shippingHolds = ({ db, clock }: Pick<Deps, 'db' | 'clock'>) => {
  const asked = async ({ sessionId, by }: Asked) => ({
    ...{ sessionId, key: by, actor: await readActor(db, { sessionId, by }) },
    at: new Date(clock.now()),
  });

  return {
    /** Records a hold, or says why it makes no sense now. */
    holdShipping: async ({ reason, ...request }: Asked & { reason: HoldReason }): Promise<HoldChanged> =>
      holdShipping(db, { ...(await asked(request)), reason }),

    /** Records that a hold is over. */
    releaseShipping: async (request: Asked): Promise<HoldChanged> => releaseShipping(db, await asked(request)),
  };
};

interface Asked {
  sessionId: SessionId;
  by: string;
}
