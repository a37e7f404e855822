import { DECISIONS } from '../../domain/order';
import { database, stripe } from '../steps';
import type { Desk } from './desk';
import type { GiveBack } from './give-back';
import { BANK_DECIDES, type StaffRequest } from './inbox';

type Asked<Name extends StaffRequest['name']> = Extract<StaffRequest, { name: Name }>;

/**
 * Steps 5 and 6. A digital order is delivered already; a physical one waits for staff to ship it, whole or in parts, and then to hear that it
 * arrived, or long enough. Ends when the order is final, or answers the request by which staff want its money given back.
 */
export async function fulfil(desk: Desk): Promise<GiveBack | null> {
  const parcels = new Parcels(desk);
  while (desk.status === 'PREPARING' || desk.status === 'SHIPPED') {
    desk.waits(desk.status === 'PREPARING' ? 'staff to ship it' : 'word that it arrived');
    const news = await desk.inbox.next(parcels.untilTakenAsDelivered, 'Shipped long enough ago');
    if (news.kind === 'time-up') await complete(desk, 'long-enough-ago');
    else if (news.kind === 'changed') await parcels.readAgain();
    else if (news.kind === 'asked') {
      const { asked } = news;
      if (asked.name === 'ship') await parcels.ship(asked);
      else if (asked.name === 'deliver') await deliver(desk, asked);
      else if (asked.name === 'refund') await refund(desk, asked);
      else {
        const giveBack = asked.name === 'cancel' ? await cancel(desk, asked) : await decide(desk, asked);
        if (giveBack) return giveBack;
      }
    }
  }
  return null;
}

/** What left the house, so far as this run knows of it. */
class Parcels {
  private readonly told = new Set<string>();
  private takenAsDeliveredAt: number | null = null;

  constructor(private readonly desk: Desk) {}

  /** Milliseconds, once all of it is shipped. */
  get untilTakenAsDelivered(): number | undefined {
    if (this.desk.status !== 'SHIPPED') return undefined;
    this.takenAsDeliveredAt ??= Date.now() + this.desk.order.autoCompleteMs;
    return this.takenAsDeliveredAt - Date.now();
  }

  async ship(asked: Asked<'ship'>): Promise<void> {
    const { sessionId } = this.desk;
    const shipped = await this.desk.untilDone('ship', () => database.recordShipment({ sessionId, ...asked.request }));
    if (shipped.outcome === 'refused') return asked.refuse(shipped.reason, shipped.code);
    if (this.desk.undecided?.step === DECISIONS.refundFailed) await this.readAgain();
    if (this.tell(shipped.shipmentId)) this.desk.shipped(shipped.status);
    asked.settle(shipped.status);
  }

  /**
   * Others wrote to the order: a refund may have emptied it, a dispute may hold it back. A parcel may be news too: a worker that dies between
   * writing it and saying so takes the request with it, for an update that was not answered leaves nothing in the history.
   */
  async readAgain(): Promise<void> {
    const { sessionId } = this.desk;
    const before = this.desk.order;
    const now = await this.desk.untilDone('read', () => database.readOrder({ sessionId }));
    const shippedMeanwhile = now.status !== before.status || now.anythingShipped !== before.anythingShipped;
    if (now.anythingShipped && (shippedMeanwhile || now.status === 'PREPARING')) {
      for (const id of await this.desk.untilDone('read', () => database.readParcels({ sessionId }))) this.tell(id);
    }
    this.desk.learned(now);
  }

  /** Each parcel is told of once; a mail that went out before is not sent again, whoever asks. False: this run has told of it. */
  private tell(shipmentId: string): boolean {
    if (this.told.has(shipmentId)) return false;
    this.told.add(shipmentId);
    this.desk.mail({ template: 'order_shipped', ref: shipmentId });
    return true;
  }
}

async function deliver(desk: Desk, asked: Asked<'deliver'>): Promise<void> {
  if (desk.status !== 'SHIPPED') return asked.refuse(`The order is ${desk.status}`);
  await complete(desk, 'delivered');
  asked.settle(desk.status);
}

async function complete(desk: Desk, how: 'delivered' | 'long-enough-ago'): Promise<void> {
  const { sessionId } = desk;
  const status = await desk.untilDone('complete', () => database.completeOrder({ sessionId, how }));
  desk.moved(status, how === 'delivered' ? 'Delivered' : 'Taken as delivered');
}

/** Staff give money back, all that is left or a part; the order goes on with what it still owes. */
async function refund(desk: Desk, asked: Asked<'refund'>): Promise<void> {
  const { sessionId } = desk;
  const { id: key, request } = asked;
  const given = await desk.untilDone('refund', () =>
    stripe.refundPart.executeWithOptions({ summary: `Gives back ${request.amount ?? 'all that is left'}` }, [
      { sessionId, key, ...request, actor: 'staff' },
    ]),
  );
  if (given.outcome === 'refused')
    return asked.refuse(given.reason, given.code === 'disputed' ? undefined : given.code);
  desk.learned(await desk.untilDone('read', () => database.readOrder({ sessionId })));
  asked.settle(desk.status);
}

/** Only before anything is shipped; after a lost dispute the bank has given the money back already. */
async function cancel(desk: Desk, asked: Asked<'cancel'>): Promise<GiveBack | null> {
  const { sessionId } = desk;
  if (desk.order.anythingShipped || desk.status !== 'PREPARING') {
    asked.refuse('Something of the order is shipped already');
  } else if (desk.order.disputed) {
    asked.refuse(BANK_DECIDES);
  } else if (desk.undecided?.step === DECISIONS.disputeLost) {
    await desk.untilDone('return', () => database.endLost({ sessionId }));
    desk.learned(
      await desk.untilDone('read', () => database.readOrder({ sessionId })),
      'Cancelled after a lost dispute',
    );
    asked.settle(desk.status);
  } else return { reason: asked.request.reason, settle: asked.settle };
  return null;
}

/** Staff answer what others found out: a refund that failed is asked for anew, anything else is taken note of. */
async function decide(desk: Desk, asked: Asked<'retry'>): Promise<GiveBack | null> {
  const { sessionId, undecided } = desk;
  if (undecided === null) {
    asked.refuse('Nothing needs attention');
    return null;
  }
  if (undecided.step === DECISIONS.refundFailed) {
    const again = await desk.untilDone('read', () => database.failedRefund({ sessionId }));
    if (again === null || again.all) return { reason: again?.reason ?? 'other', settle: asked.settle };
    const { key, amount, reason } = again;
    const given = await desk.untilDone('refund', () =>
      stripe.refundPart.executeWithOptions({ summary: `Gives back ${amount} again` }, [
        { sessionId, key, amount, reason, actor: 'staff' },
      ]),
    );
    if (given.outcome === 'refused') {
      asked.refuse(given.reason);
      return null;
    }
  }
  desk.learned(await desk.untilDone('decide', () => database.decide({ sessionId })));
  asked.settle(desk.status);
  return null;
}
