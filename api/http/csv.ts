import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Logger } from '../../platform/logger';
import { hasHungUp } from './hung-up';

export type Cell = string | number | boolean | Date | null;

/** The columns of a table in their order: the name of each, and what it says of a row. */
export type Columns<Row> = readonly (readonly [name: string, of: (row: Row) => Cell])[];

/**
 * Sends pages of rows as a CSV file (RFC 4180), a page at a time and as fast as the client reads: the next page is
 * asked for only when this one is sent. A client that hangs up ends the asking. What goes wrong later breaks the
 * response off, so that half a table is not taken for the whole.
 */
export async function sendCsv<Row>(
  log: Logger,
  { req, res }: { req: Request; res: Response },
  { filename, columns, pages }: { filename: string; columns: Columns<Row>; pages: AsyncGenerator<Row[], void> },
): Promise<undefined> {
  const first = req.method === 'HEAD' ? null : await pages.next(); // until then the answer can still be a problem
  if (res.headersSent) return undefined; // answered `503` meanwhile
  res
    .attachment(filename)
    .set({ 'content-type': 'text/csv; charset=utf-8; header=present', 'cache-control': 'no-store' });
  if (first === null) return void res.end();
  try {
    await pipeline(Readable.from(texts(columns, first, pages)), res);
  } catch (error) {
    res.destroy();
    if (!hasHungUp(error)) log.error({ err: error, filename }, 'a table broke off');
  }
  return undefined;
}

async function* texts<Row>(
  columns: Columns<Row>,
  first: IteratorResult<Row[], void>,
  rest: AsyncGenerator<Row[], void>,
): AsyncGenerator<string, void> {
  const written = (rows: Row[]) => rows.map((row) => record(columns.map(([, of]) => of(row)))).join('');
  yield record(columns.map(([name]) => name)) + (first.done ? '' : written(first.value));
  if (!first.done) for await (const rows of rest) yield written(rows);
}

/** One record with its line end. */
export const record = (cells: readonly Cell[]): string => `${cells.map(field).join(',')}\r\n`;

function field(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell !== 'string') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * What a spreadsheet would carry out instead of showing it, also after blanks and in full width
 * (https://owasp.org/www-community/attacks/CSV_Injection). Numbers are ours: a minus of theirs stays.
 */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;
