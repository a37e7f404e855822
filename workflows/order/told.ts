import type { ContactField, OrderSnapshot, ToldCorrection } from '../../domain/order-snapshot';
import { moment } from '../moment';
import { refundsTold, type Told } from './refunds-told';

type Known = Pick<OrderSnapshot, 'currency' | 'refunds' | 'corrections' | 'story'>;

/**
 * What became of an order's refunds since it was last read, and what staff corrected, the oldest first.
 * @param before as it was last read; null where a run begins
 */
export const toldSince = (order: Known, before: Known | null = null): string[] =>
  [
    ...(before === null ? storyTold(order.story) : []),
    ...refundsTold(order, before?.refunds),
    ...correctionsTold(order.corrections, before?.corrections),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);

/** What earlier runs have told. */
const storyTold = (story: OrderSnapshot['story'] = []): Told[] =>
  story.map(({ text, at }) => ({ text: `${text}, ${moment(at)}`, at }));

/** No names of staff: those stay in the database, as does what stood there and what stands there now. */
const correctionsTold = (now: readonly ToldCorrection[] = [], before: readonly ToldCorrection[] = []): Told[] =>
  now
    .filter(({ key }) => before.every((known) => known.key !== key))
    .map(({ fields, at }) => ({
      text: `Staff corrected ${fields.map((field) => FIELD[field]).join(' and ')}, ${moment(at)}`,
      at,
    }));

const FIELD: Record<ContactField, string> = {
  email: 'the e-mail address',
  address: 'the postal address',
};
