/**
 * How long an HTTP server keeps a connection that is idle, in milliseconds. Longer than proxies and clients do, so that
 * none is closed while a request is on its way: Node's own 5 s are about as long as clients wait.
 */
export const KEEP_ALIVE_MS = 65_000;
