import { LANGUAGES, type Language } from '../../domain/locale';
import { findForSale } from '../catalogue/products';
import type { Db, Tx } from '../database';
import { forgetNotices, writeNotices } from '../mails/notices';

/** Remembers that somebody wants to hear when a product is available again. Safe to repeat: the first time counts. */
export async function keepStockRequest(
  db: Db,
  { sku, email, language, at }: { sku: string; email: string; language: Language; at: Date },
): Promise<void> {
  await db.stockRequest.createMany({ data: [{ sku, email, language, requestedAt: at }], skipDuplicates: true });
}

/**
 * Writes the mails to those who wait for products that can be bought again, the longest waiting first, and forgets that
 * they wait, in one transaction: nobody is told twice, whichever process comes first. The mails wait to be sent like
 * those that the provider refused.
 * @returns how many were written
 */
export async function tellBackInStock(
  db: Db,
  {
    limit,
    at,
    key,
    compose,
  }: {
    limit: number;
    at: Date;
    /** A new one for each mail. */
    key: () => string;
    compose: (name: string, language: Language) => { subject: string; html: string; text: string };
  },
): Promise<number> {
  const back = await backInStock(db);
  if (back.size === 0) return 0;
  // Once for each product and language, and before the transaction begins.
  const texts = new Map(
    [...back].map(([sku, name]) => [sku, new Map(LANGUAGES.map((language) => [language, compose(name, language)]))]),
  );
  return db.$transaction(async (tx) => {
    const due = await tx.$queryRaw<{ sku: string; email: string; language: Language }[]>`
      DELETE FROM stock_requests r USING (
        SELECT sku, email FROM stock_requests WHERE sku = ANY(${[...texts.keys()]}::text[])
        ORDER BY requested_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
      ) d WHERE r.sku = d.sku AND r.email = d.email
      RETURNING r.sku, r.email, r.language`;
    const mails = due.flatMap(({ sku, email, language }) => {
      const text = texts.get(sku)?.get(language);
      return text ? [{ key: key(), recipient: email, ...text }] : [];
    });
    await writeNotices(tx, { template: BACK_IN_STOCK, mails, at });
    return mails.length;
  });
}

const BACK_IN_STOCK = 'back_in_stock';

/** The names of the products that somebody waits for and that can be bought now, by SKU. */
async function backInStock(db: Db): Promise<Map<string, string>> {
  // From the products, which are few, and not from those who wait, who may be many.
  const waitedFor = await db.$queryRaw<{ sku: string }[]>`
    SELECT p.sku FROM products p WHERE EXISTS (SELECT 1 FROM stock_requests r WHERE r.sku = p.sku)`;
  if (waitedFor.length === 0) return new Map();
  const products = await findForSale(db, { skus: waitedFor.map(({ sku }) => sku) });
  const available = products.filter((product) => !product.refused && product.available !== 0);
  return new Map(available.map(({ sku, name }) => [sku, name]));
}

/** Forgets what an address waits for, and the texts of the mails that told it. */
export async function forgetStockRequests(tx: Db | Tx, { email }: { email: string }): Promise<void> {
  await tx.stockRequest.deleteMany({ where: { email } });
  await forgetNotices(tx, { recipient: email });
}

/** Removes requests that nobody could be told about for long. */
export async function removeOldStockRequests(db: Db, { before }: { before: Date }): Promise<void> {
  await db.stockRequest.deleteMany({ where: { requestedAt: { lt: before } } });
}
