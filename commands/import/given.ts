import { fromDecimal } from '../../domain/money';
import type { ProductKind } from '../../domain/order';
import type { ProductGroup, TaxBehavior } from '../../domain/product';
import type { Cells } from './dialects';

/** What a line says about a product. What it leaves empty stays as it is. */
export interface Given {
  sku: string;
  name?: string;
  description?: string;
  kind?: ProductKind;
  active?: boolean;
  imageUrl?: string;
  /** Grams. */
  weight?: number;
  taxCode?: string;
  taxBehavior?: TaxBehavior;
  group?: ProductGroup;
  /** Units that were counted. */
  stock?: number;
  prices: { currency: string; amount: number }[];
}

/** The columns whose names do not depend on a currency or an option. */
const PLAIN = [
  ...['sku', 'name', 'description', 'kind', 'active', 'image', 'weight', 'tax_code', 'tax_behavior'],
  ...['stock', 'group', 'group_name'],
];
const PRICE = /^(price|amount)_([a-z]{3})$/;
const OPTION = /^option_(.+)$/;

export const isKnownColumn = (column: string): boolean =>
  PLAIN.includes(column) || PRICE.test(column) || OPTION.test(column);

/** Reads our own columns of a line, and everything that is wrong with them. */
export function readGiven(cells: Cells): { given: Given; problems: string[] } {
  const problems: string[] = [];
  const wrong = (column: string, must: string): undefined => {
    problems.push(`${column} must be ${must}`);
    return undefined;
  };
  const whole = (column: string) => {
    const text = cells[column];
    if (text === undefined) return undefined;
    return /^\d{1,9}$/.test(text) ? Number(text) : wrong(column, 'a whole number, 0 or more');
  };
  const oneOf = <Value>(column: string, values: Record<string, Value>, must: string) => {
    const text = cells[column]?.toLowerCase();
    return text === undefined ? undefined : (values[text] ?? wrong(column, must));
  };
  const options = Object.entries(cells).flatMap(([column, value]) => {
    const name = OPTION.exec(column)?.[1];
    return name ? [[name, value] as const] : [];
  });
  const group = cells.group && {
    group: { id: cells.group, name: cells.group_name ?? cells.group, options: Object.fromEntries(options) },
  };
  const given = {
    sku: cells.sku ?? '',
    name: cells.name,
    description: cells.description,
    kind: oneOf('kind', KINDS, 'physical or digital'),
    active: oneOf('active', YES_OR_NO, 'yes or no'),
    imageUrl: cells.image,
    weight: whole('weight'),
    taxCode: cells.tax_code,
    taxBehavior: oneOf('tax_behavior', TAX, 'inclusive or exclusive'),
    stock: whole('stock'),
    prices: pricesOf(cells, problems),
    ...group,
  };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { given: said as unknown as Given, problems };
}

const KINDS: Record<string, ProductKind> = { physical: 'PHYSICAL', digital: 'DIGITAL' };
const YES_OR_NO: Record<string, boolean> = { yes: true, no: false, true: true, false: false, 1: true, 0: false };
const TAX: Record<string, TaxBehavior> = { inclusive: 'inclusive', exclusive: 'exclusive' };

/** `price_eur` is 12.50, `amount_eur` is 1250: the name says which. */
function pricesOf(cells: Cells, problems: string[]): Given['prices'] {
  for (const column of Object.keys(cells)) {
    const [, kind, currency = ''] = PRICE.exec(column) ?? [];
    if (kind === 'price' && cells[`amount_${currency}`] !== undefined)
      problems.push(`${column} and amount_${currency} are the same price: leave one of them empty`);
  }
  return Object.entries(cells).flatMap(([column, text]) => {
    const [, kind, currency = ''] = PRICE.exec(column) ?? [];
    if (kind === undefined) return [];
    const amount = kind === 'amount' ? (/^\d{1,12}$/.test(text) ? Number(text) : null) : fromDecimal(text, currency);
    if (amount !== null) return [{ currency, amount }];
    problems.push(
      kind === 'amount'
        ? `${column} must be whole, in the currency’s smallest unit`
        : `${column} must look like 12.50: a decimal point, no other separator, and no more places than the currency has`,
    );
    return [];
  });
}
