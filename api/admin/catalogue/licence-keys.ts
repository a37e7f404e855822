import { z } from 'zod';
import { masked } from '../../../domain/licence-key';
import { Problem } from '../../../domain/problem';
import { findKind } from '../../../store/catalogue/products';
import type { Db } from '../../../store/database';
import { addKeys, readKeys, withdrawKeys } from '../../../store/stock/keys';
import { readShelf } from '../../../store/stock/shelves';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { orNull, Timestamp, text, timestamp, timestampOrNull } from '../../http/schemas';
import { SkuInPath } from '../fields';
import { unknownSku } from './document';

const SHOWN = 100;

const Key = z.strictObject({
  key: orNull(z.string()).meta({ description: 'Its last four characters; null once it is erased with its customer.' }),
  addedAt: Timestamp,
  withdrawnAt: orNull(Timestamp),
  issued: orNull(z.strictObject({ number: z.string(), at: Timestamp, revokedAt: orNull(Timestamp) })).meta({
    description: 'The number of the order that it was issued to, which shows it in full, and when.',
  }),
});

const LicenceKeys = z
  .strictObject({
    sku: z.string(),
    onHand: z.int().meta({ description: 'Keys that can still be issued.' }),
    held: z.int().meta({ description: 'How many of these unpaid orders hold.' }),
    issued: z.int(),
    withdrawn: z.int(),
    keys: z.array(Key).meta({ description: `The last ${SHOWN} that were added, newest first.` }),
  })
  .meta({ id: 'LicenceKeys' });

const ChangedKeys = LicenceKeys.extend({
  changed: z.int().meta({ description: 'How many keys were added or withdrawn. The others stay as they were.' }),
}).meta({ id: 'ChangedLicenceKeys' });

const Keys = z
  .array(text(500).regex(/^\S(?:.*\S)?$/, 'must not begin or end with a space'))
  .min(1)
  .max(1_000);

const Change = z
  .union([
    z.strictObject({
      add: Keys.meta({ description: 'A key that is known already, also an issued one, is left out.' }),
    }),
    z.strictObject({
      withdraw: Keys.meta({
        description:
          'They are never issued, not even when they are added again. Issued and unknown ones stay as they are.',
      }),
    }),
  ])
  .meta({ id: 'LicenceKeyChange', example: { add: ['FERN-7K2M-91QX', 'FERN-0B4T-55ZD'] } });

/** The licence keys of a product: its stock. */
export const licenceKeyRoutes = ({ db, clock, shown }: Pick<ApiDeps, 'db' | 'clock' | 'shown'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/products/{sku}/licence-keys',
    tag: 'Staff',
    summary: 'The licence keys of a product',
    params: SkuInPath,
    answers: { 200: { description: 'How many there are, and the last ones.', schema: LicenceKeys } },
    problems: ['unknown_sku', 'invalid_transition'],
    handle: async ({ params: { sku } }) => {
      await mustHaveKeys(db, sku);
      return { body: await documentOf(db, sku) };
    },
  }),
  route({
    method: 'post',
    path: '/admin/products/{sku}/licence-keys',
    tag: 'Staff',
    summary: 'Add licence keys, or withdraw some that were not issued',
    description: 'Each key is kept once, so a repeat changes nothing. What is on hand follows, by a movement.',
    params: SkuInPath,
    body: Change,
    answers: { 200: { description: 'The keys as they are now.', schema: ChangedKeys } },
    problems: ['unknown_sku', 'invalid_transition', 'stock_conflict'],
    handle: async ({ params: { sku }, body, actor }) => {
      await mustHaveKeys(db, sku);
      const who = { sku, actor, at: new Date(clock.now()) };
      const changed =
        'add' in body
          ? await addKeys(db, { ...who, keys: body.add })
          : await withdrawKeys(db, { ...who, keys: body.withdraw });
      if (changed === null) throw noKeys(sku);
      if (changed === 'held')
        throw new Problem('stock_conflict', `${sku} would have fewer keys than are held for unpaid orders.`);
      shown.forget();
      return { body: { ...(await documentOf(db, sku)), changed } };
    },
  }),
];

async function documentOf(db: Db, sku: string): Promise<z.infer<typeof LicenceKeys>> {
  const { onHand, held } = await readShelf(db, { sku, movements: 0 });
  const { keys, ...counts } = await readKeys(db, { sku, limit: SHOWN });
  return {
    ...{ sku, onHand, held, ...counts },
    keys: keys.map(({ key, addedAt, withdrawnAt, issued }) => ({
      key: key === null ? null : masked(key),
      addedAt: timestamp(addedAt),
      withdrawnAt: timestampOrNull(withdrawnAt),
      issued: issued && { ...issued, at: timestamp(issued.at), revokedAt: timestampOrNull(issued.revokedAt) },
    })),
  };
}

async function mustHaveKeys(db: Db, sku: string): Promise<void> {
  const kind = await findKind(db, { sku });
  if (kind === null) throw unknownSku(sku);
  if (kind !== 'KEYS') throw noKeys(sku);
}

const noKeys = (sku: string): Problem =>
  new Problem('invalid_transition', `${sku} is not sold with licence keys. Save it with \`licenceKeys: true\` first.`);
