import { createServer, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { Problem } from '../../domain/problem';

/**
 * The HTTP server of an app. What never reaches the app, because it is not HTTP or its address cannot be read, gets a
 * problem document too: Node would answer with an empty body, Express with a page.
 */
export function serverOf(app: Express): Server {
  const answers = new WeakMap<Duplex, ServerResponse>();
  const server = createServer((req, res) => {
    answers.set(req.socket, res);
    if (isAddress(req.url ?? '')) return app(req, res);
    const problem = new Problem('invalid_request', 'The URL cannot be read.', { errors: [] });
    const body = JSON.stringify(problem);
    res.writeHead(problem.status, { ...HEADERS, 'content-length': Buffer.byteLength(body) }).end(body);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const answer = answers.get(socket);
    const isUnderWay = answer?.headersSent === true && !answer.writableFinished;
    if (!socket.writable || isUnderWay || error.code === 'ECONNRESET') return socket.destroy();
    sendRaw(socket, UNREAD[error.code ?? ''] ?? new Problem('invalid_request', 'This is not HTTP.', { errors: [] }));
  });
  return server;
}

/** A path, the `*` of OPTIONS, or the whole address that a proxy is asked for. */
const isAddress = (url: string): boolean => url.startsWith('/') || url === '*' || URL.canParse(url);

const HEADERS = {
  'content-type': 'application/problem+json; charset=utf-8',
  'cache-control': 'no-store',
  connection: 'close',
};

/** By the codes that Node itself tells apart (https://nodejs.org/api/http.html#event-clienterror). */
const UNREAD: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: new Problem('headers_too_large', 'Send fewer or shorter headers, and a shorter URL.'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new Problem('payload_too_large', 'The chunk extensions of the body are too large.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem('request_timeout', 'The request did not arrive in time. Send it again.'),
};

function sendRaw(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    ...Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
