import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const ROOT = join(__dirname, '../..');
const PAGE = join(ROOT, 'packages/client/examples/plain/index.html');
const CLIENT = join(ROOT, 'packages/client/dist');
const run = promisify(execFile);

export interface PlainShop {
  url: string;
  /** The size of the built client, compressed. */
  clientBytes: number;
  close(): Promise<void>;
}

/** Builds the client, and serves the plain page of its examples with it at `port`, for an API at `apiUrl`. */
export async function servePlainShop(port: number, apiUrl: string): Promise<PlainShop> {
  await run('npm', ['run', 'client:build'], { cwd: ROOT });
  const page = readFileSync(PAGE, 'utf8').replace('http://localhost:3000', apiUrl);
  const client = readFileSync(join(CLIENT, 'holdfast-client.js'));
  const server = createServer((req, res) => {
    const script = req.url === '/holdfast-client.js';
    res.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8').end(script ? client : page);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    clientBytes: gzipSync(client).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What Node prints after it has loaded the package as it is published, and asked for the products. */
export async function productsByBuiltClient(apiUrl: string): Promise<string> {
  const ask = `const { createHoldfast } = await import('./packages/client/dist/index.js');
    const { ok, value } = await createHoldfast({ url: '${apiUrl}' }).products();
    console.log(ok, value.data.length > 0);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', ask], { cwd: ROOT });
  return stdout.trim();
}
