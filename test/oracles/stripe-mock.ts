/** Stripe's own mock (https://github.com/stripe/stripe-mock) and the OpenAPI specification in it, downloaded by Go. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cached } from '../../sandbox/cache';

export const STRIPE_MOCK = 'github.com/stripe/stripe-mock@v0.203.0';

const run = promisify(execFile);

/** The folder of the module's source, in Go's cache. */
export async function stripeMockSource(): Promise<string> {
  const { stdout } = await go(['mod', 'download', '-json', STRIPE_MOCK]);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

export interface StripeMock {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the mock on a free port.
 * @param specification path of the OpenAPI document of the requests it accepts; other API versions are refused
 */
export async function startStripeMock(specification: string): Promise<StripeMock> {
  const program = await stripeMockProgram();
  // For a scheme without an address it would listen on every interface.
  const addresses = ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0'];
  const child = spawn(program, [...addresses, '-spec', specification, '-strict-version-check'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const output: string[] = [];
  const url = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const listening = /^Listening for HTTP at address: (.+)$/.exec(line);
      if (listening) resolve(`http://${listening[1]}`);
      else if (output.length < 20) output.push(line);
    });
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.once('error', reject);
    void exited.then(() => reject(new Error(`stripe-mock ended: ${output.join('\n')}`)));
  });
  const stop = async () => {
    child.kill();
    await exited;
  };
  return { url: await url, stop };
}

/** Built once per user, which takes almost a minute. */
function stripeMockProgram(): Promise<string> {
  return cached(basename(STRIPE_MOCK).replace('@v', '-'), async (draft) => {
    const folder = await mkdtemp(join(dirname(draft), 'go-bin-'));
    try {
      await go(['install', STRIPE_MOCK], { GOBIN: folder });
      await rename(join(folder, 'stripe-mock'), draft);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function go(args: string[], env: Record<string, string> = {}): Promise<{ stdout: string }> {
  try {
    return await run('go', args, {
      cwd: tmpdir(), // outside any module, so that only the arguments count
      env: { ...process.env, GOFLAGS: '-mod=mod', GO111MODULE: 'on', GOWORK: 'off', ...env },
      timeout: 240_000,
    });
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code !== 'ENOENT') throw new Error(`go ${args.join(' ')}: ${stderr || message}`);
    throw new Error(
      "Go is missing, and with it Stripe's mock and OpenAPI specification, which it fetches. Put Go 1.22 or newer on the PATH: https://go.dev/dl, or Debian's golang-go from 13 on (the one of 12 is too old).",
    );
  }
}
