import { parse } from 'csv-parse/sync';
import { type Cells, dialectOf, kindOf } from './dialects';
import { isKnownColumn } from './given';

/** A line of the file that has a product, in our own columns, or the reason why it has none. */
export interface FileLine {
  /** Where it begins in the file, from 1. */
  line: number;
  cells?: Cells;
  skip?: string;
}

/**
 * Reads a CSV file: ours, or an export of WooCommerce or Shopify. Commas, semicolons and tabs separate columns.
 * @param currency of an export's prices
 * @returns its lines, and the columns that say nothing to Holdfast
 * @throws a sentence for people if it is no such file
 */
export function readFile(bytes: Uint8Array, currency?: string): { lines: FileLine[]; ignored: string[] } {
  const text = decoded(bytes);
  const [header, ...rows] = rowsOf(text);
  if (header === undefined) throw new Error('The file is empty.');
  const columns = header.record.map((name) => name.trim().toLowerCase());
  const twice = columns.find((name, place) => name !== '' && columns.indexOf(name) < place);
  if (twice) throw new Error(`The file has two columns ${twice}.`);
  const translate = dialectOf(columns, currency);
  const lines = rows.map(({ record, line }): FileLine => {
    const cells = record.map((cell, place) => [columns[place] ?? '', cell.trim()] as const);
    const translated = translate(Object.fromEntries(cells.filter(([name, cell]) => name !== '' && cell !== '')));
    return { line, ...translated };
  });
  const known = lines.some(({ cells }) => cells?.sku);
  if (rows.length > 0 && !known) throw new Error('No line has a SKU: see docs/moving-in.md for the names of columns.');
  return {
    lines,
    ignored: kindOf(columns) === 'own' ? columns.filter((name) => name !== '' && !isKnownColumn(name)) : [],
  };
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('The file is not UTF-8: save it as “CSV UTF-8”.');
  }
}

function rowsOf(text: string): { record: string[]; line: number }[] {
  const [first = ''] = text.split(/\r?\n/, 1);
  const columnsBy = (delimiter: string) => first.split(delimiter).length;
  const [delimiter = ','] = [',', ';', '\t'].sort((one, other) => columnsBy(other) - columnsBy(one));
  const rows = parse(text, { delimiter, bom: true, info: true, skip_empty_lines: true, relax_column_count_less: true });
  return (rows as unknown as { record: string[]; info: { lines: number } }[])
    .map(({ record, info }) => ({
      record,
      // It counts the line on which a row ends.
      line: info.lines - record.join('').split('\n').length + 1,
    }))
    .filter(({ record }) => record.some((cell) => cell.trim() !== '')); // spreadsheets leave rows of commas behind
}
