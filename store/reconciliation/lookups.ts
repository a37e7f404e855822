import type { Db } from '../database';

/** Records that Stripe was asked for a charge or refund, and whether its balance transaction is late. */
export async function rememberLookup(
  db: Db,
  { reference, late, at }: { reference: string; late: boolean; at: Date },
): Promise<void> {
  await db.ledgerLookup.upsert({
    where: { reference },
    create: { reference, late, firstAskedAt: at, askedAt: at },
    update: { late, askedAt: at },
  });
}

/** Forgets the lookups of what is no longer missing. */
export async function forgetLookups(db: Db, references: string[]): Promise<void> {
  if (references.length > 0) await db.ledgerLookup.deleteMany({ where: { reference: { in: references } } });
}
