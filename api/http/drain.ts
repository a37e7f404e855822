import type { Server, ServerResponse } from 'node:http';

/** A turn of the event loop as short as this has left nothing unread for longer, in milliseconds. */
const QUIET_TURN_MS = 2;
/** How long a quiet turn is waited for. */
const PATIENCE_MS = 1_000;

/**
 * Makes a server able to close without breaking a request. Returns the function that closes it, which resolves once
 * every connection has ended. A response under way is sent to its end, and then its connection closes, though the
 * client would keep it for its next request. Connections that are idle close, but not before the server has read what
 * clients have already sent on them: Node takes a connection for idle whose request it has not read yet.
 */
export function drainable(server: Server): () => Promise<void> {
  const open = new Set<ServerResponse>();
  server.on('request', (_, res) => {
    open.add(res);
    res.once('close', () => open.delete(res));
  });
  return async () => {
    await quietTurn(performance.now() + PATIENCE_MS);
    const closed = new Promise<void>((resolve) => server.close(() => resolve())); // closes idle connections, too
    for (const res of open) {
      const { socket } = res;
      if (res.headersSent) res.once('finish', () => socket?.end());
      else res.setHeader('connection', 'close');
    }
    await closed;
  };
}

/** Resolves at the end of a turn that read all that had arrived and took hardly any time; at the latest at `until`. */
function quietTurn(until: number): Promise<void> {
  return new Promise((resolve) => {
    const turn = (began: number) =>
      setImmediate(() => {
        const now = performance.now();
        if (now - began < QUIET_TURN_MS || now > until) resolve();
        else turn(now);
      });
    turn(Number.NEGATIVE_INFINITY); // this one is half over
  });
}
