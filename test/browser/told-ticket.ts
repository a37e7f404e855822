import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TICKETS = readFileSync(join(__dirname, '../../docs/support-tickets.md'), 'utf8');

/** A request to the staff API (`admin`) or the sandbox (`control`), as a ticket writes it for a terminal. */
export interface ToldRequest {
  tool: 'admin' | 'control';
  method: string;
  path: string;
  body?: string | undefined;
  key?: string | undefined;
}

/** What a ticket of docs/support-tickets.md tells staff to send, so that a test does what is written there. */
export interface ToldTicket {
  text: string;
  /** The blocks for the form *Send an Update*, in the order of the text. */
  blocks: Record<string, unknown>[];
  /** The request that this is a part of, as `POST orders/1042/erase`. @throws when the ticket has no such request */
  request(part: string): ToldRequest;
}

/** @param number of the ticket */
export function toldTicket(number: number): ToldTicket {
  const text = TICKETS.split(/^## /m).find((section) => section.startsWith(`${number}. `));
  if (text === undefined) throw new Error(`there is no ticket ${number}`);
  const requests = [...text.matchAll(REQUEST)].map(([line, tool, method = '', path = '', rest = '']) => ({
    ...{ line, tool: tool as ToldRequest['tool'], method, path: path.replaceAll("'", '') },
    ...{ body: /-d '([^']*)'/.exec(rest)?.[1], key: /'Idempotency-Key: ([^']*)'/.exec(rest)?.[1] },
  }));
  return {
    text,
    blocks: [...text.matchAll(/(?:```json\s*|`)(\{[^`]*\})\s*`/g)].map(([, block = '']) => JSON.parse(block)),
    request(part) {
      const found = requests.find(({ line }) => line.includes(part));
      if (found === undefined) throw new Error(`ticket ${number} tells no request with “${part}”`);
      return found;
    },
  };
}

const REQUEST = /\b(admin|control) (GET|POST|PUT|DELETE) ('[^']*'|[^\s`]+)([^\n`]*)/g;

/** The tickets are all about order 1042. */
export const withNumber = (told: ToldRequest, number: string): ToldRequest => ({
  ...told,
  path: told.path.replace('1042', number),
});
