import { isDeepStrictEqual } from 'node:util';
import { ProductBody } from '../../api/admin/catalogue/product-body';
import { isSku } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { catalogueUrl } from '../../domain/picture';
import type { Price } from '../../domain/product';
import type { CatalogueProduct } from '../../store/catalogue/products';
import type { ProductToSave, Saved } from '../../store/catalogue/save';
import type { Given } from './given';

/** What a line makes of a product. */
export interface Merged {
  product: ProductToSave;
  /** What is new about it, in words; empty if nothing is. */
  changes: string[];
  /** What shoppers pay until the new prices are made at Stripe, in words. */
  meanwhile: string[];
  problems: string[];
}

/**
 * What a line says, over what the catalogue has: an empty cell changes nothing, and neither do currencies, pictures,
 * keys and contents of bundles that the line does not name. Checked as the staff API checks a product.
 */
export function merge(given: Given, existing: CatalogueProduct | null, publicUrl: string): Merged {
  const { sku, stock: _, prices: __, imageUrl, ...said } = given;
  const before = existing && {
    ...{ name: existing.name, description: existing.description, kind: existing.kind, active: existing.active },
    ...{ weight: existing.weight, taxCode: existing.taxCode, taxBehavior: existing.taxBehavior },
    group: existing.group,
  };
  const after = { ...NEW, ...before, ...said } as typeof NEW & Omit<ProductToSave, 'sku'>;
  const { prices, problems } = mergePrices(given, existing?.prices ?? []);
  const image = imageUrl === undefined ? existing?.imageUrl : catalogueUrl({ PUBLIC_URL: publicUrl }, imageUrl);
  const product: ProductToSave = {
    ...after,
    ...{ sku, prices, bundle: existing?.bundle ?? null, licenceKeys: null, imageUrl: image ?? null },
    pictures: existing && existing.imageUrl === (image ?? null) ? existing.pictures : null,
  };
  return {
    product,
    meanwhile: existing ? meanwhileOf(existing, product) : [],
    problems: [...problems, ...problemsOf(given, product)],
    changes: [
      ...Object.entries(said)
        .filter(([name, value]) => !isDeepStrictEqual(value, before?.[name as keyof typeof before]))
        .map(([name]) => columnOf(name)),
      ...(imageUrl !== undefined && existing?.imageUrl !== image ? ['image'] : []),
      ...given.prices
        .filter((one) => !existing?.prices.some((price) => sameTerms(price, one)))
        .map((price) => `${price.currency} ${formatMoney(price)}`),
    ],
  };
}

/** A product of which nothing but its name and kind is said. */
const NEW = {
  ...{ description: '', active: true, weight: null, taxCode: null, taxBehavior: null, group: null },
};

/** The order of the catalogue's prices stays, since the first one is the default. */
function mergePrices(given: Given, existing: Price[]): { prices: Price[]; problems: string[] } {
  const fixed = (one: Given['prices'][number]): Price => ({ ...one, minimum: null, stripePriceId: null });
  const chosen = existing.filter(({ minimum }) => minimum !== null);
  const problems = given.prices
    .filter(({ currency }) => chosen.some((one) => one.currency === currency))
    .map(({ currency }) => `the price in ${currency} is pay-what-you-want, which a file cannot change`);
  const kept = existing.map((price) => {
    const named = given.prices.find(({ currency }) => currency === price.currency);
    return named && !sameTerms(price, named) ? fixed(named) : price;
  });
  const added = given.prices.filter(({ currency }) => !existing.some((one) => one.currency === currency)).map(fixed);
  return { prices: [...kept, ...added], problems };
}

/** A new price waits for its id at Stripe, and the earlier one is sold until then, unless Stripe refuses to. */
function meanwhileOf(existing: CatalogueProduct, { prices, active }: ProductToSave): string[] {
  const isDraft = prices.every(({ stripePriceId }) => stripePriceId === null);
  if (existing.isRefused) return active && isDraft ? ['not for sale until npm run stripe:setup has run'] : [];
  const sold = existing.prices.flatMap(({ predecessor, ...price }) => {
    const one = price.stripePriceId === null ? predecessor : price;
    const waits = prices.some(({ currency, stripePriceId }) => currency === price.currency && stripePriceId === null);
    return one && waits && !prices.some((next) => sameTerms(one, next)) ? [`${one.currency} ${formatMoney(one)}`] : [];
  });
  return active && sold.length > 0 ? [`sold at ${sold.join(', ')} until npm run stripe:setup has run`] : [];
}

const sameTerms = (price: Price, { currency, amount }: Given['prices'][number]): boolean =>
  price.currency === currency && price.amount === amount && price.minimum === null;

/** What the staff API would refuse. */
function problemsOf({ sku, imageUrl, stock }: Given, product: ProductToSave): string[] {
  const { name, description, kind, active, weight, taxCode, taxBehavior, group, bundle } = product;
  const terms = ({ currency, amount }: Price) => ({ currency, amount });
  const [chosen] = product.prices.filter(({ minimum }) => minimum !== null);
  const checked = ProductBody.safeParse({
    ...{ name, description, kind, active, weight, taxCode, taxBehavior, group, bundle },
    ...(imageUrl !== undefined && { imageUrl }),
    prices: product.prices.filter(({ minimum }) => minimum === null).map(terms),
    ...(chosen && {
      payWhatYouWant: { currency: chosen.currency, minimum: chosen.minimum, suggested: chosen.amount },
    }),
  });
  const issues = checked.success ? [] : checked.error.issues.map(({ path, message }) => ({ path, message }));
  const isStocked = kind !== 'DIGITAL' && bundle === null;
  return [
    ...(isSku(sku) ? [] : [sku === '' ? 'sku is missing' : 'sku must be at most 40 of A–Z a–z 0–9 . _ -']),
    ...(name === undefined ? ['name is missing'] : []),
    ...(kind === undefined ? ['kind is missing: physical or digital'] : []),
    ...issues
      .filter(({ path }) => !(path[0] === 'name' && name === undefined) && !(path[0] === 'kind' && kind === undefined))
      .map(({ path, message }) => `${wordsOf(path, product)} ${message}`),
    ...(stock !== undefined && kind !== undefined && !isStocked
      ? [
          `stock is for physical products: ${bundle ? 'a bundle has that of its contents' : 'licence keys are uploaded'}`,
        ]
      : []),
  ];
}

function wordsOf(path: PropertyKey[], { prices }: ProductToSave): string {
  const [field, place] = path;
  if (field === 'prices' && typeof place === 'number') return `the price in ${prices[place]?.currency}`;
  return [columnOf(String(field)), ...path.slice(1)].join('.');
}

/** The staff API’s name of a field is that of our column, but for a few. */
const columnOf = (field: string): string => COLUMNS[field] ?? field;

const COLUMNS: Record<string, string> = { imageUrl: 'image', taxCode: 'tax_code', taxBehavior: 'tax_behavior' };

/** Why the catalogue did not take it; null if it did. */
export function refusalOf(saved: Saved): string | null {
  switch (saved.outcome) {
    case 'created':
    case 'replaced':
      return null;
    case 'kind-fixed':
      return `kind must stay ${saved.kind.toLowerCase()}: it has orders, stock movements or a file, or is in a bundle`;
    case 'group-refused':
      return saved.because === 'taken'
        ? `these options are those of ${saved.sku}`
        : `the group’s products have the options ${saved.names.join(', ')}`;
    case 'bundle-refused':
      return 'what is in the bundle does not fit its kind';
    case 'price-taken':
      return `a price is known as one of ${saved.sku}`;
    default:
      return 'it has licence keys';
  }
}
