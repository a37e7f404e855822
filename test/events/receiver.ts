import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that the receiver got. */
export interface Got {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  /** Every request so far, whatever was answered. */
  got: Got[];
  /** How it answers from now on. */
  answers(how: (res: ServerResponse, nth: number) => void): void;
  /** Ends every connection; `start` again on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const takes = (res: ServerResponse) => void res.writeHead(204).end();
export const says =
  (status: number, headers: Record<string, string> = {}) =>
  (res: ServerResponse) =>
    void res.writeHead(status, headers).end();

/** A system of the merchant's that listens for events. */
export async function startReceiver(): Promise<Receiver> {
  const got: Got[] = [];
  let answer: (res: ServerResponse, nth: number) => void = takes;
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    got.push({ id: String(req.headers['webhook-id']), headers: req.headers, body: Buffer.concat(chunks).toString() });
    answer(res, got.length);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks/holdfast/`,
    got,
    answers: (how) => {
      answer = how;
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    start: () => listen(port),
  };
}
