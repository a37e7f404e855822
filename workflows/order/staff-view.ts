import type { SearchAttributePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { OrderFactsNow } from '../../activities/order/facts';
import type { MailProgress } from '../../domain/order-snapshot';
import { factPairs, type OrderReport } from '../../messages/order';
import { SEARCH_ATTRIBUTES, searchableSkus } from '../../messages/search-attributes';
import { moment } from '../moment';
import type { Parked } from '../parking';
import { describeOrder } from './details';
import { type PaymentQuestion, reportOf } from './report';
import { NOTHING_UNDER_WAY, type UnderWay } from './under-way';

/**
 * What staff see of an order in the Temporal UI. Details cost nothing; each change of a search attribute is a history
 * event.
 */
export class StaffView {
  /** In words that complete “It waits for …”. */
  waitingFor = 'the database';
  readonly happened: string[] = [];
  /** There is no order, and will be none. */
  notOurs = false;
  /** The mails of this run. */
  mails: readonly MailProgress[] = [];
  /**
   * What staff must decide about the payment, until Stripe says otherwise; null if nothing. An answer of theirs that
   * comes while Stripe is asked again waits for what it says, instead of being refused as needless.
   */
  payment: PaymentQuestion | null = null;
  private shown = { attention: false, disputed: false };
  /** The total as it is searchable; null before the order is opened. */
  private total: number | null = null;

  /** @param underWay what the run was asked for and has not finished */
  constructor(private readonly underWay: () => UnderWay = () => NOTHING_UNDER_WAY) {}

  /**
   * Makes the order searchable as the database has it, however the run started. A checkout has set the attributes of a
   * new order at the start, which costs nothing; a run that goes on for an earlier one may begin with what is out of
   * date.
   */
  opened(order: OrderFactsNow): void {
    const started = workflowInfo().typedSearchAttributes;
    const isRight =
      started.get(SEARCH_ATTRIBUTES.orderNumber) === order.number &&
      started.get(SEARCH_ATTRIBUTES.orderStatus) === order.status;
    this.total = (isRight ? started.get(SEARCH_ATTRIBUTES.amountTotal) : order.total) ?? null;
    if (!isRight) upsertSearchAttributes(factPairs(order, order.status));
  }

  /** The order's status has changed. */
  setStatus(order: Pick<OrderFactsNow, 'status' | 'total'>): void {
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.orderStatus, value: order.status }, ...this.newTotal(order)]);
  }

  /** A code, shipping or tax may have changed the total. It goes along with something else, and costs no event. */
  private newTotal({ total }: Pick<OrderFactsNow, 'total'>): SearchAttributePair[] {
    if (this.total === null || total === this.total) return [];
    this.total = total;
    return [{ key: SEARCH_ATTRIBUTES.amountTotal, value: total }];
  }

  /** Other goods are sent than were bought. */
  setSkus(skus: string[]): void {
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.skus, value: searchableSkus(skus) }]);
  }

  show(order: OrderFactsNow | null, parked: readonly Parked[]): void {
    this.showFlags({ attention: parked.length > 0, disputed: order?.disputed ?? false }, order);
    this.showDetails(order, parked);
  }

  /** Without search attributes: it is no command, and may come at any moment. */
  showDetails(order: OrderFactsNow | null, parked: readonly Parked[]): void {
    const report = this.reportOf(order, parked);
    const opening = this.notOurs ? NOT_OURS : `Being opened. It waits for ${this.waitingFor}.`;
    setCurrentDetails(report === null ? opening : describeOrder(report));
  }

  /** Something happens now. `event`: in words for staff. */
  tell(event: string): void {
    this.happened.push(`${event}, ${moment(Date.now())}`);
  }

  /** What staff see, as data; null before the order is opened. */
  reportOf(order: OrderFactsNow | null, parked: readonly Parked[]): OrderReport | null {
    const { waitingFor, payment, happened, mails } = this;
    return order && reportOf({ order, waitingFor, parked, payment, happened, mails, underWay: this.underWay() });
  }

  private showFlags(now: { attention: boolean; disputed: boolean }, order: OrderFactsNow | null): void {
    const changed = [
      { key: SEARCH_ATTRIBUTES.needsAttention, value: now.attention, before: this.shown.attention },
      { key: SEARCH_ATTRIBUTES.disputed, value: now.disputed, before: this.shown.disputed },
    ].filter(({ value, before }) => value !== before);
    this.shown = now;
    if (changed.length === 0) return;
    upsertSearchAttributes([
      ...changed.map(({ key, value }) => ({ key, value })),
      ...(order ? this.newTotal(order) : []),
    ]);
  }
}

const NOT_OURS =
  'There is no order, and nothing was done: the session is not of this shop, or Stripe does not know one with this id.';
