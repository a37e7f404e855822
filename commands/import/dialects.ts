import { convert } from 'html-to-text';

/** A line of a file, by its columns in lower case. Empty cells are left out. */
export type Cells = Record<string, string>;

/** Our own columns of a line, or why it is no product. */
export type Translated = { cells: Cells } | { skip: string };

/** The columns that one shop's exports have, translated line by line, in the order of the file. */
export type Dialect = (cells: Cells) => Translated;

/** Whose file has these columns. */
export function kindOf(columns: string[]): 'own' | 'woocommerce' | 'shopify' {
  if (columns.includes('regular price')) return 'woocommerce';
  return columns.some((one) => one === 'handle' || one === 'url handle') ? 'shopify' : 'own';
}

/**
 * Chosen by the names of the columns. An export says its prices in the shop's currency, without naming it.
 * @throws a sentence for people if the currency is needed and not given
 */
export function dialectOf(columns: string[], currency: string | undefined): Dialect {
  const make = { own: null, woocommerce, shopify }[kindOf(columns)];
  if (make === null) return (cells) => ({ cells });
  if (currency === undefined)
    throw new Error('This export does not say its currency: name it, for example with --currency eur.');
  return make(currency);
}

/** https://woocommerce.com/document/product-csv-importer-exporter/ */
function woocommerce(currency: string): Dialect {
  const names = new Map<string, string>();
  return (cells) => {
    const types = (cells.type ?? 'simple').split(',').map((one) => one.trim());
    const other = types.find((type) => ['variable', 'grouped', 'external'].includes(type));
    const { sku = '', name = '' } = cells;
    names.set(sku, name);
    if (other) return { skip: `a ${other} product is not sold itself` };
    const isVariation = types.includes('variation') && cells.parent !== undefined;
    return {
      cells: present({
        ...{ sku, name, stock: cells.stock, [`price_${currency}`]: cells['regular price'] },
        description: plain(cells.description ?? cells['short description']),
        kind: types.some((type) => type === 'virtual' || type === 'downloadable') ? 'DIGITAL' : 'PHYSICAL',
        active: cells.published === undefined || cells.published === '1' ? 'yes' : 'no',
        image: cells.images?.split(', ')[0],
        weight: gramsOf(cells),
        ...(isVariation && {
          ...{ group: cells.parent, group_name: names.get(cells.parent ?? '') },
          ...optionsOf((n) => [cells[`attribute ${n} name`], cells[`attribute ${n} value(s)`]]),
        }),
      }),
    };
  };
}

/** https://help.shopify.com/en/manual/products/import-export/using-csv, its earlier names of columns and today's. */
function shopify(currency: string): Dialect {
  let first: Cells = {};
  return (cells) => {
    const handle = cells.handle ?? cells['url handle'] ?? '';
    // Only the first line of a product has what all its variants share.
    if (cells.title !== undefined || handle !== (first.handle ?? first['url handle'])) first = cells;
    const either = (...names: string[]) => names.map((name) => cells[name]).find((one) => one !== undefined);
    const shared = (...names: string[]) => either(...names) ?? names.map((name) => first[name]).find(Boolean);
    const sku = either('variant sku', 'sku');
    const price = either('variant price', 'price');
    if (sku === undefined && price === undefined)
      return { skip: 'it has no SKU and no price, perhaps a picture alone' };
    const options = optionsOf((n) => [first[`option${n} name`], cells[`option${n} value`]]);
    const values = Object.values(options).filter((value) => value !== 'Default Title');
    const { title = '' } = first;
    return {
      cells: present({
        ...{ sku, [`price_${currency}`]: price, name: [title, ...values].join(', ') },
        description: plain(shared('body (html)', 'description')),
        kind: /^false$/i.test(either('variant requires shipping', 'requires shipping') ?? '') ? 'DIGITAL' : 'PHYSICAL',
        active: /^active$/i.test(shared('status') ?? 'active') ? 'yes' : 'no',
        image: either('variant image', 'variant image url') ?? shared('image src', 'product image url'),
        weight: gramsOf({ 'weight (g)': either('variant grams', 'weight value (grams)') ?? '' }),
        stock: either('variant inventory qty', 'inventory quantity'),
        ...(values.length > 0 && { group: handle.slice(0, 40), group_name: title, ...options }),
      }),
    };
  };
}

/** Up to three options, as columns of ours: `option_size`. */
function optionsOf(at: (n: number) => [name: string | undefined, value: string | undefined]): Cells {
  const pairs = [1, 2, 3].map(at).filter((pair): pair is [string, string] => !!pair[0] && !!pair[1]);
  return Object.fromEntries(pairs.map(([name, value]) => [`option_${name.toLowerCase()}`, value]));
}

const GRAMS: Record<string, number> = { g: 1, kg: 1000, lbs: 453.592_37, lb: 453.592_37, oz: 28.349_523_125 };

/** From `Weight (kg)` and its like. One that is 0 was never said. */
function gramsOf(cells: Cells): string | undefined {
  for (const [column, value] of Object.entries(cells)) {
    const unit = GRAMS[/^weight \((\w+)\)$/.exec(column)?.[1] ?? ''];
    if (unit !== undefined && Number(value) > 0) return String(Math.round(Number(value) * unit));
  }
  return undefined;
}

const plain = (html: string | undefined): string | undefined => html && convert(html, { wordwrap: false });

const present = (cells: Record<string, string | undefined>): Cells =>
  Object.fromEntries(Object.entries(cells).filter((entry): entry is [string, string] => !!entry[1]));
