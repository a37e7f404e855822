import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stripe as it answers for what it does not have: every list is empty, and nothing is found by its id. */
export interface EmptyStripe {
  url: string;
  /** The paths of objects that it was asked for, and no list. */
  asked: string[];
  close(): Promise<void>;
}

export async function startEmptyStripe(): Promise<EmptyStripe> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stripe');
    const isList = LISTS.has(pathname);
    if (!isList) asked.push(pathname);
    response.writeHead(isList ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isList ? EMPTY : MISSING));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const LISTS = new Set(['/v1/balance_transactions', '/v1/checkout/sessions']);
const EMPTY = { object: 'list', data: [], has_more: false };
const MISSING = { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object' } };
