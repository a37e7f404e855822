import type { OrderSnapshot, ToldEntry } from '../../domain/order-snapshot';
import { moment } from '../moment';
import { refundsTold, type Told } from './refunds-told';

type Known = Pick<OrderSnapshot, 'currency' | 'refunds' | 'told'>;

/**
 * What has happened to an order since it was last read, beside what this run tells itself, the oldest first. No names
 * of staff: those stay in the database.
 * @param before as it was last read; null where a run begins
 */
export const toldSince = (order: Known, before: Known | null = null): string[] =>
  [...entriesTold(order.told, before?.told), ...refundsTold(order, before?.refunds)]
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);

const entriesTold = (now: readonly ToldEntry[] = [], before: readonly ToldEntry[] = []): Told[] =>
  now
    .filter(({ key }) => before.every((known) => known.key !== key))
    .map(({ text, at }) => ({ text: `${text}, ${moment(at)}`, at }));
