import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startGuarded } from './guard';
import { lastLines } from './logs';

const ROOT = join(__dirname, '..');
const SOURCES = join(ROOT, 'storefront');
const CLIENT = join(ROOT, 'packages', 'client', 'src');
const BUILT = join(ROOT, 'dist', 'storefront');

/**
 * Builds the demo shop if its sources, or its client's, are newer than the last build, and replaces that build when
 * complete.
 *
 * @param logFile the file for the output of the build
 */
export async function ensureStorefront(logFile: string, log: (line: string) => void): Promise<void> {
  if (!isStale()) return;
  log('Building the demo shop');
  const draft = `${BUILT}.${process.pid}`;
  const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
  const build = await startGuarded(process.execPath, [vite, 'build', SOURCES, '--outDir', draft, '--emptyOutDir'], {
    log: logFile,
    cwd: ROOT,
  });
  const { code } = await build.exited;
  if (code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new Error(`The demo shop could not be built:\n${lastLines(logFile)}`);
  }
  rmSync(BUILT, { recursive: true, force: true });
  renameSync(draft, BUILT);
}

function isStale(): boolean {
  const page = join(BUILT, 'index.html');
  if (!existsSync(page)) return true;
  const built = statSync(page).mtimeMs;
  const sources = [SOURCES, CLIENT].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return sources.some((file) => statSync(file).mtimeMs > built);
}
