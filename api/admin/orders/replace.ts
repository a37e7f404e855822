import { z } from 'zod';
import type { SessionId } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import { sha256 } from '../../../platform/sha256';
import { recordReplacement } from '../../../store/orders/replacements';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { note, RequiredKey, Sku } from '../fields';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';
import { tellOrder } from './tell-order';

const ReplaceBody = z.strictObject({
  items: z
    .array(
      z
        .strictObject({
          sku: Sku,
          quantity: z.int().min(1).max(1_000_000),
          with: Sku.optional().meta({ description: 'Another SKU of the same price, instead; absent: the same.' }),
        })
        .refine((line) => line.with !== line.sku, { error: 'must be another SKU', path: ['with'] }),
    )
    .min(1)
    .max(200)
    .refine((lines) => new Set(lines.map(({ sku }) => sku)).size === lines.length, 'names a SKU twice')
    .meta({
      description:
        'What is sent again. Units that are not shipped yet can be exchanged for another SKU; of shipped ones, never more than were not replaced yet.',
    }),
  note: note.optional().meta({ description: 'For the timeline; never leaves the database.' }),
});
type ReplaceBody = z.output<typeof ReplaceBody>;

/** `POST /admin/orders/{ref}/replace`: sends goods again, whether the order's workflow is running or has ended. */
export const replaceRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/replace',
    summary: 'Send goods again at no charge',
    description:
      'Once a key. Takes the stock, or is `409 out_of_stock`. Before shipping, the line is exchanged; after it, the order is `PREPARING` again until the goods are shipped. Nothing is ever charged.',
    headers: RequiredKey,
    body: ReplaceBody,
    problems: ['unknown_order', 'idempotency_key_reused', 'out_of_stock', 'invalid_transition'],
    handle: async ({ params, headers, body, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      await replace(deps, { sessionId, idempotencyKey: headers['idempotency-key'], body, actor });
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

/** Records the replacement, then tells the order's workflow, which waits for the goods to be shipped. */
async function replace(
  deps: ApiDeps,
  {
    sessionId,
    idempotencyKey,
    body: { items, note },
    actor,
  }: { sessionId: SessionId; idempotencyKey: string; body: ReplaceBody; actor: string },
): Promise<void> {
  const recorded = await recordReplacement(deps.db, {
    ...{ sessionId, key: sha256(idempotencyKey), requestHash: sha256(JSON.stringify([items, note ?? null])) },
    ...{ items, remark: note, actor, at: new Date(deps.clock.now()) },
  });
  if (recorded.outcome === 'key-reused')
    throw new Problem('idempotency_key_reused', 'This key was used for another replacement of this order.');
  if (recorded.outcome === 'refused') {
    const items = recorded.code === 'out_of_stock' ? { items: recorded.missing } : {};
    throw new Problem(recorded.code, `${recorded.reason}.`, items);
  }
  await tellOrder(deps, sessionId);
}
