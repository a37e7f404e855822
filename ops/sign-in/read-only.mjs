import { createServer, request } from 'node:http';

/**
 * Stands between oauth2-proxy and the Temporal UI for those who only look, on the loopback interface:
 * `node read-only.mjs <port> <port of the UI>`. The UI's own wall lets every POST pass whose path, once it is decoded,
 * has `/workflows/` and `/query/` in it. So `%2Fquery%2F` in the id of a new workflow, Schedule or batch gets through.
 * Here only reads pass, and queries whose path is spelled out.
 */
const [port, ui] = process.argv.slice(2);
const QUERY = /^\/api\/v1\/namespaces\/[^/?]+\/workflows\/[^/?]+\/query\/[^/?]+(?:\?|$)/;
const isRead = ({ method, url }) => method === 'GET' || method === 'HEAD' || (method === 'POST' && QUERY.test(url));

createServer((asked, answer) => {
  if (!isRead(asked)) return answer.writeHead(405, { allow: 'GET, HEAD' }).end();
  const { method, url: path, headers } = asked;
  const passed = request({ host: '127.0.0.1', port: ui, method, path, headers }, (given) => {
    answer.writeHead(given.statusCode, given.headers);
    given.pipe(answer);
  });
  passed.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  answer.on('close', () => passed.destroy());
  asked.pipe(passed);
}).listen(Number(port), '127.0.0.1');
