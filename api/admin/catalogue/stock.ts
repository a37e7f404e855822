import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../../../domain/problem';
import type { Db } from '../../../store/database';
import { sqlState } from '../../../store/errors';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { Timestamp, text, timestamp } from '../../http/schemas';
import { KeyHeader, SkuInPath } from '../fields';
import { unknownSku } from './document';

const SHOWN = 100;

const Stock = z
  .strictObject({
    sku: z.string(),
    onHand: z.int().meta({ description: 'On the shelf.' }),
    held: z.int().meta({ description: 'Of these, put aside for unpaid orders.' }),
    available: z.int().meta({ description: 'onHand − held' }),
    movements: z
      .array(
        z.strictObject({
          at: Timestamp,
          delta: z.int().meta({ description: 'By how much `available` changed: onHandDelta − heldDelta.' }),
          onHandDelta: z.int(),
          heldDelta: z.int(),
          kind: z.enum(['adjust', 'hold', 'release', 'commit', 'take', 'restock']),
          reference: z.string().meta({ description: 'The session id of an order, or the reason staff gave.' }),
          actor: z.string(),
        }),
      )
      .meta({ description: `The last ${SHOWN}, newest first.` }),
  })
  .meta({ id: 'Stock' });

const Adjustment = z.strictObject({
  delta: z
    .int()
    .min(-1_000_000)
    .max(1_000_000)
    .refine((delta) => delta !== 0, 'must not be zero')
    .meta({ description: 'What came (positive) or went.' }),
  reason: text(200).meta({ example: 'counted' }),
});

/** What is on the shelf, and how it came about. */
export const stockRoutes = ({ db, clock }: Pick<ApiDeps, 'db' | 'clock'>): Route[] => {
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
      summary: 'The stock of a physical product and its last movements',
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
      handle: async ({ params: { sku }, headers, body }) => {
        await mustBePhysical(db, sku);
        await adjust(db, sku, body, headers['idempotency-key'], new Date(clock.now()));
        return { body: await readStock(db, sku) };
      },
    }),
  ];
};

async function readStock(db: Db, sku: string): Promise<z.infer<typeof Stock>> {
  await mustBePhysical(db, sku);
  // One transaction, so that the sum and the movements are of one moment.
  const [level, movements] = await db.$transaction(
    [
      db.stockLevel.findUniqueOrThrow({ where: { sku } }),
      db.stockMovement.findMany({ where: { sku }, orderBy: { id: 'desc' }, take: SHOWN }),
    ],
    { isolationLevel: 'RepeatableRead' },
  );
  const { onHand, held } = level;
  return {
    sku,
    onHand,
    held,
    available: onHand - held,
    movements: movements.map(({ at, kind, onHandDelta, heldDelta, reference, actor }) => ({
      at: timestamp(at),
      delta: onHandDelta - heldDelta,
      onHandDelta,
      heldDelta,
      kind: kind.toLowerCase() as Lowercase<typeof kind>,
      reference,
      actor,
    })),
  };
}

async function mustBePhysical(db: Db, sku: string): Promise<void> {
  const product = await db.product.findUnique({ where: { sku }, select: { kind: true } });
  if (!product) throw unknownSku(sku);
  if (product.kind !== 'PHYSICAL')
    throw new Problem('invalid_transition', `${sku} is digital: it is never out of stock.`);
}

/** Writes the movement; the database adds it up, and refuses what would take from unpaid orders what is put aside for them. */
async function adjust(
  db: Db,
  sku: string,
  { delta, reason }: z.output<typeof Adjustment>,
  idempotencyKey: string | undefined,
  at: Date,
): Promise<void> {
  const key = idempotencyKey === undefined ? null : `adjust/${hash(sku, idempotencyKey)}`;
  const keyHash = key && hash(delta, reason);
  const movement = {
    sku,
    at,
    kind: 'ADJUST',
    onHandDelta: delta,
    heldDelta: 0,
    reference: reason,
    actor: 'staff',
    key,
    keyHash,
  } as const;
  try {
    await db.stockMovement.create({ data: movement });
  } catch (error) {
    const earlier = key && (await db.stockMovement.findUnique({ where: { key } }));
    if (earlier && earlier.keyHash === keyHash) return;
    if (earlier) throw new Problem('idempotency_key_reused', 'This key was used for another change of this stock.');
    throw REFUSALS[sqlState(error) ?? '']?.(sku) ?? error;
  }
}

/** By PostgreSQL's SQLSTATE. */
const REFUSALS: Record<string, (sku: string) => Problem> = {
  // check_violation: 0 <= held <= on_hand
  '23514': (sku) => new Problem('stock_conflict', `${sku} would have less on hand than is held for unpaid orders.`),
  // numeric_value_out_of_range
  '22003': (sku) => new Problem('stock_conflict', `${sku} would have more on hand than can be counted.`),
};

const hash = (...parts: unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
