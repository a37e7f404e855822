import type { MailRequest } from '../../activities/mail/request';
import type { ReturnedGoods } from '../../domain/order-snapshot';

/** The returns of an order that were recorded since it was last read. */
export const returnedSince = (before: ReturnedGoods[] = [], now: ReturnedGoods[] = []): ReturnedGoods[] =>
  now.filter(({ id }) => before.every((known) => known.id !== id));

/** The mail that tells the customer that it has arrived. */
export const mailOfReturn = ({ id }: ReturnedGoods): MailRequest => ({ template: 'return_received', ref: id });
