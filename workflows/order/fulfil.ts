import { database } from '../steps';
import type { Desk } from './desk';
import type { StaffRequest } from './inbox';
import type { Cancelled } from './payment';

type Ship = Extract<StaffRequest, { name: 'ship' }>;
type Deliver = Extract<StaffRequest, { name: 'deliver' }>;

/**
 * Steps 5 and 6. A digital order is delivered already; a physical one waits for staff to ship it, whole or in parts, and then to hear that it
 * arrived, or long enough. Ends when the order is final, or answers the request by which staff cancelled it before anything was shipped.
 */
export async function fulfil(desk: Desk): Promise<Cancelled | null> {
  while (desk.status === 'PREPARING' || desk.status === 'SHIPPED') {
    desk.waits(desk.status === 'PREPARING' ? 'staff to ship it' : 'word that it arrived');
    const news = await desk.inbox.next(
      desk.status === 'SHIPPED' ? desk.order.autoCompleteMs : undefined,
      'Shipped long enough ago',
    );
    if (news.kind === 'time-up') await complete(desk, 'long-enough-ago');
    else if (news.kind === 'refund') await readAgain(desk);
    else if (news.kind === 'asked') {
      if (news.asked.name === 'cancel') {
        if (!desk.order.anythingShipped && desk.status === 'PREPARING') return news.asked;
        news.asked.refuse('Something of the order is shipped already');
      } else if (news.asked.name === 'ship') await ship(desk, news.asked);
      else await deliver(desk, news.asked);
    }
  }
  return null;
}

async function ship(desk: Desk, asked: Ship): Promise<void> {
  const { sessionId } = desk;
  const shipped = await desk.untilDone('ship', () => database.recordShipment({ sessionId, ...asked.request }));
  if (shipped.outcome === 'refused') return asked.refuse(shipped.reason);
  const { shipmentId, status } = shipped;
  if (desk.shipped(shipmentId, status)) desk.mail({ template: 'order_shipped', ref: shipmentId });
  asked.settle(status);
}

async function deliver(desk: Desk, asked: Deliver): Promise<void> {
  if (desk.status !== 'SHIPPED') return asked.refuse(`The order is ${desk.status}`);
  await complete(desk, 'delivered');
  asked.settle(desk.status);
}

async function complete(desk: Desk, how: 'delivered' | 'long-enough-ago'): Promise<void> {
  const { sessionId } = desk;
  const status = await desk.untilDone('complete', () => database.completeOrder({ sessionId, how }));
  desk.moved(status, how === 'delivered' ? 'Delivered' : 'Taken as delivered');
}

/** A refund was recorded: it may have emptied the order. */
async function readAgain(desk: Desk): Promise<void> {
  const { sessionId } = desk;
  const { status } = await desk.untilDone('read', () => database.readOrder({ sessionId }));
  if (status !== desk.status) desk.moved(status, 'Refunded');
}
