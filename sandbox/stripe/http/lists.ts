/** Stripe's lists: newest first, page by page, by cursor. */
import type Stripe from 'stripe';
import type { Collection, Stored } from '../store/collection';
import { invalid, noSuch } from './errors';
import { integer, type Read, range, text } from './params';

export const paging = { limit: integer({ min: 1, max: 100 }), starting_after: text(), ending_before: text() };
export const pagingByTime = { ...paging, created: range };

type Paging = Read<typeof paging> & Partial<Read<{ created: typeof range }>>;

interface Listing<T, I> {
  url: string;
  /** The kind of object, as `No such …` names it. */
  what: string;
  /** Only the items with this value in an index. */
  only?: { index: I; key: string };
  where?: (item: T) => boolean;
}

/** A page of a collection. The index, the cursor and the time range keep the walk short. */
export function page<T extends Stored & { created?: number }, I extends string>(
  collection: Collection<T, I>,
  params: Paging,
  { url, what, only, where = () => true }: Listing<T, I>,
): Stripe.ApiList<T> {
  const { limit = 10, starting_after, ending_before, created = {} } = params;
  if (starting_after !== undefined && ending_before !== undefined)
    throw invalid('You cannot specify both `starting_after` and `ending_before`.', { param: 'ending_before' });
  for (const [param, id] of Object.entries({ starting_after, ending_before }))
    if (id !== undefined && collection.get(id) === undefined) throw noSuch(what, id, param);

  const newestFirst = ending_before === undefined;
  const from = starting_after ?? ending_before;
  const walk = collection.walk({ ...only, ...(from !== undefined && { from }), newestFirst });
  const items: T[] = [];
  for (const item of walk) {
    const time = item.created ?? 0;
    if (newestFirst ? time < earliest(created) : time > latest(created)) break;
    if (time >= earliest(created) && time <= latest(created) && where(item)) items.push(item);
    if (items.length > limit) break;
  }
  const data = items.slice(0, limit);
  return { object: 'list', data: newestFirst ? data : data.reverse(), has_more: items.length > limit, url };
}

/** A page of a short list, in the order of the list. */
export function pageOf<T extends Stored>(
  items: T[],
  params: Paging,
  { url, what }: { url: string; what: string },
): Stripe.ApiList<T> {
  const { limit = 10, starting_after, ending_before } = params;
  const at = (id: string | undefined, param: string) => {
    if (id === undefined) return undefined;
    const index = items.findIndex((item) => item.id === id);
    if (index === -1) throw noSuch(what, id, param);
    return index;
  };
  const end = at(ending_before, 'ending_before');
  const start = end === undefined ? (at(starting_after, 'starting_after') ?? -1) + 1 : Math.max(0, end - limit);
  const data = items.slice(start, Math.min(start + limit, end ?? items.length));
  const more = end === undefined ? start + limit < items.length : start > 0;
  return { object: 'list', data, has_more: more, url };
}

type Range = { gt?: number | undefined; gte?: number | undefined; lt?: number | undefined; lte?: number | undefined };

const earliest = ({ gt, gte }: Range) => Math.max(gte ?? 0, gt === undefined ? 0 : gt + 1);
const latest = ({ lt, lte }: Range) => Math.min(lte ?? Infinity, lt === undefined ? Infinity : lt - 1);
