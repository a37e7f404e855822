/** How many seconds lie between two orders: 864 a day. */
export const APART_S = 100;
/** The newest orders are the same in a short history as in a long one. Among them are all that are unfinished. */
export const NEWEST = 1_000;
/** Goods and songs on sale. */
export const GOODS = 800;
export const SONGS = 200;
/** Of each unit, in cents. */
export const PRICE = 1250;

/**
 * The orders of a shop by age, 0 being the newest, as a table that the rows of every other table are made from. What an
 * order is depends on its age alone, so that a long history is a short one with more before it. Ids are as long and as
 * random as Stripe's. Of 100 orders 59 were shipped, 22 are downloads, 13 ended unpaid, 4 were refunded, and 2 in part.
 * @param orders how many
 * @param now the time of the shop
 */
export const pastTable = (orders: number, now: Date): string => `
  CREATE UNLOGGED TABLE past AS
  SELECT age, ${orders} + 1000 - age AS number, at, kind, kind IN (${quoted(SONG_KINDS)}) AS song,
    CASE kind WHEN 'pending' THEN at + interval '3 hours' ELSE at + interval '31 minutes' END AS hold_until,
    CASE WHEN kind NOT IN (${quoted(UNPAID_KINDS)}) THEN at + interval '5 minutes' END AS paid_at,
    least(at + interval '2 hours', now - interval '1 hour') AS later,
    'cs_test_a1' || md5('s' || age) || md5(age::text) AS session, 'pi_3' || md5('p' || age) AS intent, 'ch_3' || md5('c' || age) AS charge,
    're_3' || md5('r' || age) AS refund, md5('u' || age)::uuid AS uuid,
    CASE WHEN kind IN (${quoted(SONG_KINDS)}) THEN 'song-' || age % ${SONGS} ELSE 'good-' || (age * 7) % ${GOODS} END AS sku,
    CASE WHEN kind IN (${quoted(SONG_KINDS)}) OR age % 3 > 0 THEN NULL ELSE 'good-' || (age * 7 + 1) % ${GOODS} END AS second,
    1 + age % 2 AS quantity, ${PRICE} * (1 + age % 2 + CASE WHEN kind IN (${quoted(SONG_KINDS)}) OR age % 3 > 0 THEN 0 ELSE 1 END) AS total,
    'shopper' || age / 5 || '@example.com' AS email
  FROM (
    SELECT age, now, now - interval '2 hours' - age * interval '${APART_S} seconds' AS at, CASE
      WHEN age < ${NEWEST} AND age % 100 BETWEEN 0 AND 3 THEN 'preparing'
      WHEN age < ${NEWEST} AND age % 100 = 81 THEN 'pending'
      WHEN age % 100 < 59 THEN 'shipped' WHEN age % 100 < 81 THEN 'song'
      WHEN age % 100 < 91 THEN 'expired' WHEN age % 100 < 94 THEN 'cancelled'
      WHEN age % 100 < 98 THEN 'refunded' ELSE 'song refunded' END AS kind
    FROM generate_series(${orders} - 1, 0, -1) AS age, (VALUES ('${now.toISOString()}'::timestamptz)) AS clock(now)
  ) aged`;

const SONG_KINDS = ['song', 'song refunded'];
const UNPAID_KINDS = ['expired', 'cancelled', 'pending'];

/** A list for SQL's IN. */
export const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
