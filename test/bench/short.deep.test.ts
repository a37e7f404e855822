import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Summary } from '../../bench/figures';
import { newFolder } from '../support/folder';

const ROOT = join(__dirname, '..', '..');

/** What shares one system, and the peer: those that break when the product's statements and calls change. */
const BENCHES = ['orders', 'peers', 'checkouts', 'webhooks', 'latency', 'stock', 'tracing'];

describe('The benchmarks, in their short form', () => {
  let folder: string;
  beforeAll(() => {
    folder = newFolder('bench-short');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // What an order costs in events, actions and statements is asserted in test/workflow. No time is asserted here.
  it('still sell whole orders, the bare shape and the same work on DBOS, and fill every row', async () => {
    const results = join(folder, 'results.json');
    const effort = ['--rounds', '1', '--size', '4', '--at-once', '4', '--results', results];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'bench/main.ts', ...BENCHES, ...effort],
      { cwd: ROOT, timeout: 240_000 },
    );
    expect(stdout).not.toContain('did not know');
    const { figures } = JSON.parse(readFileSync(results, 'utf8')) as { figures: Summary[] };
    expect([...new Set(figures.map(({ bench }) => bench))]).toEqual(BENCHES);
    expect(figures.filter(({ values }) => values.length === 0 || !values.every((value) => value > 0))).toEqual([]);
  });
});
