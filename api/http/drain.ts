import type { Server, ServerResponse } from 'node:http';

/**
 * Makes a closing server wait for responses but not for idle clients: a response under way is sent to its end, and
 * then its connection closes, though the client would keep it for its next request. Returns a function to call when
 * the server closes.
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
