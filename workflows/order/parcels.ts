import { RETAKES_STOCK } from '../../domain/action-rules';
import { shippedInWords } from '../../domain/happened';
import { count, type LineProgress } from '../../domain/parcel';
import { replacedInWords } from '../../domain/replacements';
import type { ShipRequest } from '../../messages/order';
import { refusal } from '../refusal';
import { database } from '../steps';
import type { StaffRequest } from './inbox';
import type { OrderRun } from './run';

/** What left the house, so far as this run knows of it. */
export class Parcels {
  private readonly mailed = new Set<string>();
  private takenAsDeliveredAt: number | null = null;

  constructor(private readonly run: OrderRun) {}

  /** Milliseconds until the order is taken as delivered; undefined while something is left to ship. */
  get untilTakenAsDelivered(): number | undefined {
    if (this.run.status !== 'SHIPPED') {
      this.takenAsDeliveredAt = null; // what is sent again is taken as delivered later
      return undefined;
    }
    const { shippedAt, autoCompleteMs } = this.run.order;
    this.takenAsDeliveredAt ??= (shippedAt ?? Date.now()) + autoCompleteMs;
    return this.takenAsDeliveredAt - Date.now();
  }

  /**
   * Records a parcel and mails the customer. The database judges, under the order's lock; the same parcel again
   * changes nothing.
   * @param by the key of the request
   */
  async ship(parcel: ShipRequest, by: string): Promise<void> {
    const { run } = this;
    const { sessionId } = run;
    const shipped = await run.untilDone('ship', () => database.recordShipment({ sessionId, ...parcel, by }));
    if (shipped.outcome === 'refused') throw refusal(shipped.reason, shipped.code);
    const event = shippedInWords(parcel.carrier, shipped.status, shipped.lines && count(shipped.lines.map(waitingOf)));
    const { pendingDecision, reports = [] } = run.order;
    if (RETAKES_STOCK.some((step) => step === pendingDecision?.step || reports.includes(step))) {
      await this.refreshAfter(event);
    }
    if (this.mail(shipped.shipmentId)) run.setShipped(shipped, event);
  }

  /** Records goods that are to be sent again, once per key. The order is then shipped again. */
  async replace({ key, request }: Extract<StaffRequest, { name: 'replace' }>): Promise<void> {
    const { run } = this;
    const { sessionId } = run;
    const recorded = await run.untilDone('ship', () => database.recordReplacement({ sessionId, key, ...request }));
    if (recorded.outcome === 'refused') throw refusal(recorded.reason, recorded.code);
    await this.refreshAfter(replacedInWords(request.items));
  }

  /** Reads the order again after a step, which staff are told of whether or not it changed the status. */
  private async refreshAfter(event: string): Promise<void> {
    const { run } = this;
    const { status } = run;
    await this.refresh(event);
    if (run.status === status) run.recorded({}, event);
  }

  /**
   * Others wrote to the order: a refund may have emptied it, a dispute may hold it back. There may be a parcel, too,
   * unknown to the workflow: an update that was not answered leaves nothing in the history, so a worker that dies
   * between writing and answering takes the request with it.
   * @param event tells staff why the status is another now
   */
  async refresh(event?: string): Promise<void> {
    const { run } = this;
    const { sessionId, order: before } = run;
    const now = await run.untilDone('read', () => database.readOrder({ sessionId }));
    const shippedMeanwhile = now.status !== before.status || now.anythingShipped !== before.anythingShipped;
    if (now.anythingShipped && (shippedMeanwhile || now.status === 'PREPARING')) {
      for (const id of await run.untilDone('read', () => database.readParcels({ sessionId }))) this.mail(id);
    }
    run.apply(now, event);
  }

  /**
   * Mails each parcel once; a mail that went out before is not sent again, whichever run asks. False: this run has
   * asked before.
   */
  private mail(shipmentId: string): boolean {
    if (this.mailed.has(shipmentId)) return false;
    this.mailed.add(shipmentId);
    this.run.mails.send({ template: 'order_shipped', ref: shipmentId });
    return true;
  }
}

const waitingOf = ({ sku, toShip }: LineProgress) => ({ sku, quantity: toShip });
