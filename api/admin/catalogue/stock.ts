import { z } from 'zod';
import { Problem } from '../../../domain/problem';
import { findKind, type Stocked } from '../../../store/catalogue/products';
import type { Db } from '../../../store/database';
import { type Adjusted, adjustStock, countStock, readShelf } from '../../../store/stock/shelves';
import { setWarning } from '../../../store/stock/warnings';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { orNull, Timestamp, text, timestamp } from '../../http/schemas';
import { KeyHeader, SkuInPath } from '../fields';
import { unknownSku } from './document';

const SHOWN = 100;

const Stock = z
  .strictObject({
    sku: z.string(),
    onHand: z.int().meta({ description: 'On the shelf.' }),
    held: z.int().meta({ description: 'How many of these unpaid orders hold.' }),
    available: z.int().meta({ description: 'onHand − held' }),
    lowStockAt: orNull(z.int()).meta({ description: 'Staff get a mail when fewer than this are on hand.' }),
    movements: z
      .array(
        z.strictObject({
          at: Timestamp,
          delta: z.int().meta({ description: 'By how much `available` changed: onHandDelta − heldDelta.' }),
          onHandDelta: z.int(),
          heldDelta: z.int(),
          kind: z.enum(['adjust', 'hold', 'release', 'commit', 'take', 'restock', 'return']),
          reference: z.string().meta({ description: 'The session id of an order, or the reason staff gave.' }),
          actor: z.string().meta({
            description: '`order`, `holdfast`, `stripe`, `shopper`, `seed`, or the name of the token of staff.',
          }),
        }),
      )
      .meta({ description: `The last ${SHOWN}, newest first.` }),
  })
  .meta({ id: 'Stock' });

const MOST = 1_000_000;
const reason = text(200).meta({ description: 'Why, as movements show it.', example: 'delivery of 3 May' });

const Adjustment = z
  .union([
    z.strictObject({
      delta: z
        .int()
        .min(-MOST)
        .max(MOST)
        .refine((delta) => delta !== 0, 'must not be zero')
        .meta({ description: 'How many came in (positive) or went out.' }),
      reason,
    }),
    z.strictObject({ receive: z.int().min(1).max(MOST).meta({ description: 'How many came in.' }), reason }),
    z.strictObject({
      count: z.int().min(0).max(MOST).meta({
        description:
          'What is on hand, counted: the difference becomes the change. Without the goods of paid orders that are still to be shipped, which are sold.',
      }),
      reason,
    }),
  ])
  .meta({ id: 'StockAdjustment', example: { count: 12, reason: 'stocktaking' } });

const Warning = z
  .strictObject({
    lowStockAt: orNull(z.int().min(1).max(MOST)).meta({ description: 'Null: no warnings.' }),
  })
  .meta({ id: 'StockWarning', example: { lowStockAt: 5 } });

/** The stock of a product, and the movements that add up to it. */
export const stockRoutes = ({ db, clock, shown }: Pick<ApiDeps, 'db' | 'clock' | 'shown'>): Route[] => {
  const ofSku = {
    path: '/admin/products/{sku}/stock',
    tag: 'Staff',
    params: SkuInPath,
    answers: { 200: { description: 'The stock as it is now.', schema: Stock } },
  } as const;
  return [
    route({
      ...ofSku,
      method: 'get',
      summary: 'The stock of a product and its last movements',
      description: 'Of physical products, and of digital ones with licence keys.',
      problems: ['unknown_sku', 'invalid_transition'],
      handle: async ({ params: { sku } }) => ({ body: await readStock(db, sku) }),
    }),
    route({
      ...ofSku,
      method: 'post',
      summary: 'Change what is on hand',
      headers: KeyHeader,
      body: Adjustment,
      problems: ['unknown_sku', 'invalid_transition', 'idempotency_key_reused', 'stock_conflict'],
      handle: async ({ params: { sku }, headers, body, actor }) => {
        await mustBeCounted(db, sku);
        const key = headers['idempotency-key'] ?? null;
        const at = new Date(clock.now());
        const who = { sku, reason: body.reason, actor, key, at };
        const adjusted =
          'count' in body
            ? await countStock(db, { ...who, count: body.count })
            : await adjustStock(db, { ...who, delta: 'delta' in body ? body.delta : body.receive });
        if (adjusted !== 'adjusted') throw REFUSALS[adjusted](sku);
        shown.forget();
        return { body: await readStock(db, sku) };
      },
    }),
    route({
      ...ofSku,
      method: 'put',
      path: '/admin/products/{sku}/stock/warning',
      summary: 'Below how many on hand staff get a mail about a product',
      description:
        'One mail when it falls below, and another only when it was restored and falls again. What unpaid orders hold is still on hand.',
      body: Warning,
      problems: ['unknown_sku', 'invalid_transition'],
      handle: async ({ params: { sku }, body: { lowStockAt } }) => {
        await mustHaveStock(db, sku);
        await setWarning(db, { sku, below: lowStockAt });
        return { body: await readStock(db, sku) };
      },
    }),
  ];
};

async function readStock(db: Db, sku: string): Promise<z.infer<typeof Stock>> {
  await mustHaveStock(db, sku);
  const { onHand, held, lowStockAt, movements } = await readShelf(db, { sku, movements: SHOWN });
  return {
    sku,
    onHand,
    held,
    available: onHand - held,
    lowStockAt,
    movements: movements.map(({ at, ...movement }) => ({
      ...movement,
      at: timestamp(at),
      delta: movement.onHandDelta - movement.heldDelta,
    })),
  };
}

const mustHaveStock = (db: Db, sku: string): Promise<void> => mustBeGoods(db, sku, 'KEYS');

/** Goods are counted; keys are not. */
const mustBeCounted = (db: Db, sku: string): Promise<void> => mustBeGoods(db, sku, null);

async function mustBeGoods(db: Db, sku: string, other: Stocked | null): Promise<void> {
  const kind = await findKind(db, { sku });
  if (kind === null) throw unknownSku(sku);
  if (kind !== 'PHYSICAL' && kind !== other) throw new Problem('invalid_transition', `${sku} is ${NO_STOCK[kind]}.`);
}

const NO_STOCK: Record<Exclude<Stocked, 'PHYSICAL'>, string> = {
  KEYS: 'sold with licence keys: add or withdraw keys, and its stock follows',
  DIGITAL: 'digital: it is never out of stock',
  BUNDLE: 'a bundle: its stock is that of what is in it',
};

const REFUSALS: Record<Exclude<Adjusted, 'adjusted'>, (sku: string) => Problem> = {
  'key-reused': () => new Problem('idempotency_key_reused', 'This key was used for another change of this stock.'),
  'too-few': (sku) =>
    new Problem(
      'stock_conflict',
      `${sku} would have less on hand than is held for unpaid orders: cancel those first, or wait until they have ended.`,
    ),
  'too-many': (sku) => new Problem('stock_conflict', `${sku} would have more on hand than can be counted.`),
};
