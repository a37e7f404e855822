import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandIn {
  url: string;
  close(): Promise<void>;
}

/** What a neighbour answers: `body` is JSON. */
export interface Answer {
  status: number;
  body: string;
  date: string | null;
}

/**
 * Stands between a program and a neighbour, and changes what is answered. Without a neighbour it answers by itself.
 * @param neighbour its address, or which it is for a key
 */
export async function standIn(
  neighbour: string | null | ((authorization: string) => string),
  change: (path: string, answer: Answer) => Answer = (_, answer) => answer,
): Promise<StandIn> {
  const server = createServer(async (request, response) => {
    const { url = '', method = 'GET', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const base = typeof neighbour === 'function' ? neighbour(headers.authorization ?? '') : neighbour;
    const given = base
      ? await fetch(base + url, {
          method,
          headers: { authorization: headers.authorization ?? '', 'stripe-version': String(headers['stripe-version']) },
        })
      : null;
    const { status, body, date } = change(url, {
      status: given?.status ?? 404,
      body: (await given?.text()) ?? '',
      date: given?.headers.get('date') ?? null,
    });
    response.writeHead(status, { 'content-type': 'application/json', ...(date && { date }) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
