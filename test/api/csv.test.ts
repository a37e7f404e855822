import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { type Columns, record, sendCsv } from '../../api/http/csv';

describe('a record', () => {
  test.each<[string, Parameters<typeof record>[0], string]>([
    ['plain', ['a', 1, true, null, new Date(0)], 'a,1,true,,1970-01-01T00:00:00.000Z'],
    ['with what separates', ['a,b', 'say "hi"', 'two\nlines'], '"a,b","say ""hi""","two\nlines"'],
    ['with a formula', ['=1+1', '+49 30 1', '-1', '@SUM(A1)'], "'=1+1,'+49 30 1,'-1,'@SUM(A1)"],
    ['with a formula after a blank', [' =1', '\t=1', '\u00a0@a'], "' =1,'\t=1,'\u00a0@a"],
    ['with a formula in quotes', ['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['with a line end first', ['\r=1', '\n'], '"\'\r=1","\'\n"'],
    ['with a formula in full width', ['＝1+1', '－1'], "'＝1+1,'－1"],
    ['with our own negative number', [-1250], '-1250'],
    ['with what only looks dangerous', ['a=1', 'e-mail', 'a@b.c'], 'a=1,e-mail,a@b.c'],
  ])('%s', (_what, cells, text) => {
    expect(record(cells)).toBe(`${text}\r\n`);
  });
});

describe('a table', () => {
  const columns: Columns<{ n: number }> = [
    ['n', ({ n }) => n],
    ['name', ({ n }) => `no. ${n}`],
  ];
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** Serves the pages, and follows how many were asked for and whether the asking has ended. */
  async function serve(pages: (state: { asked: number }) => AsyncGenerator<{ n: number }[], void>) {
    const state = { asked: 0, ended: false };
    async function* followed() {
      try {
        yield* pages(state);
      } finally {
        state.ended = true;
      }
    }
    const app = express();
    app.get('/', (req, res, next) => {
      sendCsv(log, { req, res }, { filename: 'a.csv', columns, pages: followed() }).catch(next);
    });
    const server = createServer(app);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  }

  test('is a row of names and then the rows of every page', async () => {
    const { url } = await serve(async function* () {
      yield [{ n: 1 }, { n: 2 }];
      yield [{ n: 3 }];
    });
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename=a.csv');
    expect(await answer.text()).toBe('n,name\r\n1,no. 1\r\n2,no. 2\r\n3,no. 3\r\n');
  });

  test('without rows is the row of names', async () => {
    const { url } = await serve(async function* () {});
    expect(await (await fetch(url)).text()).toBe('n,name\r\n');
  });

  test('is not read at all for HEAD', async () => {
    const { url, state } = await serve(async function* (seen) {
      seen.asked += 1;
      yield [{ n: 1 }];
    });
    const answer = await fetch(url, { method: 'HEAD' });
    expect([answer.status, state.asked]).toEqual([200, 0]);
  });

  test('whose first page fails is a problem, and one that fails later breaks off', async () => {
    const first = await serve(async function* () {
      await Promise.reject(new Error('away'));
      yield [];
    });
    expect((await fetch(first.url)).status).toBe(500);
    const later = await serve(async function* () {
      yield [{ n: 1 }];
      await Promise.reject(new Error('away'));
    });
    await expect(fetch(later.url).then((answer) => answer.text())).rejects.toThrow();
    expect(lines.join('')).toContain('a table broke off');
  });

  test('is asked for no faster than the client reads, and no more once it has hung up', async () => {
    const page = Array.from({ length: 50_000 }, (_, n) => ({ n: 1_000_000 + n })); // a megabyte
    const { url, state } = await serve(async function* (seen) {
      for (;;) {
        seen.asked += 1;
        yield page;
        await new Promise(setImmediate); // as a query would let others work
      }
    });
    const answer = await new Promise<IncomingMessage>((resolve) => get(url, resolve));
    let received = 0;
    await new Promise<void>((resolve) =>
      answer.on('data', (piece: Buffer) => {
        received += piece.length;
        if (received < 4 * 1024 * 1024) return;
        answer.pause();
        resolve();
      }),
    );
    const stops = async () => {
      for (let before = -1; before !== state.asked; ) {
        before = state.asked;
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (state.asked > 100) return; // it does not
      }
    };
    await stops();
    expect(state.asked).toBeLessThan(40); // what was received, and what the buffers of two sockets hold
    answer.destroy();
    while (!state.ended) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(lines.filter((line) => line.includes('broke off'))).toHaveLength(1); // of the test before
  });
});
