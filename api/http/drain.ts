import type { Server, ServerResponse } from 'node:http';

/**
 * Makes the server's closing wait for answers and not for idle clients: what is under way is answered to its end, and its connection, which
 * the client would keep for its next request, ends with it. Returns what is to be called when the server closes.
 */
export function drainable(server: Server): () => void {
  const open = new Set<ServerResponse>();
  server.on('request', (_, res) => {
    open.add(res);
    res.once('close', () => open.delete(res));
  });
  return () => {
    for (const res of open) {
      const { socket } = res;
      if (res.headersSent) res.once('finish', () => socket?.end());
      else res.setHeader('connection', 'close');
    }
  };
}
