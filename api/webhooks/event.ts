import { z } from 'zod';
import { jsonOf, notAnEvent } from './body';

/** The parts of an event that decide where it goes. Never its object's state, which may be stale. */
export interface StripeEvent {
  /** Its own id, `evt_…`, for the log. */
  id: string;
  type: string;
  livemode: boolean;
  /** The connected account it is about; null where it names none. */
  account: string | null;
  /**
   * The account it is about, as an organisation's destination names it, our own included; null where it names none
   * (https://docs.stripe.com/event-destinations#organization-event-destinations).
   */
  context: string | null;
  /** The id of the object it is about. */
  objectId: string;
  /** The mode of a Checkout Session, if the event has it. */
  mode: string | null;
  /** How a PaymentIntent is captured, if the event has it. */
  captureMethod: string | null;
}

const id = z.string().min(1).max(255);
const Snapshot = z.object({
  object: z.literal('event'),
  id,
  type: id,
  livemode: z.boolean(),
  account: z.string().nullish(),
  context: z.string().nullish(),
  data: z.object({
    object: z.object({ id: z.string().nullish(), mode: z.string().nullish(), capture_method: z.string().nullish() }),
  }),
});
/** A thin event names its object but does not contain it (https://docs.stripe.com/event-destinations#thin-events). */
const Thin = z.object({
  object: z.literal('v2.core.event'),
  id,
  type: id,
  livemode: z.boolean(),
  context: z.string().nullish(),
  related_object: z.object({ id: z.string().nullish() }).nullish(),
});

/**
 * Reads a signed body. A thin event of a v1 object has its snapshot's type with the prefix `v1.`; both forms give the
 * same result.
 * @throws 400 `invalid_payload` for anything that is not an event
 */
export function readEvent(body: Buffer): StripeEvent {
  const json = jsonOf(body);
  const snapshot = Snapshot.safeParse(json);
  if (snapshot.success) {
    const { id, type, livemode, account, context, data } = snapshot.data;
    return {
      id,
      type,
      livemode,
      account: account ?? null,
      context: context ?? null,
      objectId: data.object.id ?? '',
      mode: data.object.mode ?? null,
      captureMethod: data.object.capture_method ?? null,
    };
  }
  const thin = Thin.safeParse(json);
  if (!thin.success) throw notAnEvent();
  const { id, type, livemode, context, related_object } = thin.data;
  return {
    id,
    type: type.replace(/^v1\./, ''),
    livemode,
    account: null,
    context: context ?? null,
    objectId: related_object?.id ?? '',
    mode: null,
    captureMethod: null,
  };
}

/**
 * Whether an event is of our own account. While that is not known, an event that an organisation's destination sent is
 * taken for ours: the workflow that reads it then finds what our key cannot read, and leaves it alone.
 * @param ownId null while Stripe has not said which account is ours
 */
export function isOfOwnAccount(
  { account, context }: Pick<StripeEvent, 'account' | 'context'>,
  ownId: string | null,
): boolean {
  if (account !== null && account !== ownId) return false;
  // A path of accounts ends with the one that the event is about.
  return context === null || ownId === null || context.split('/').at(-1) === ownId;
}
