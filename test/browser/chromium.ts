import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/**
 * Starts a headless Chromium: the one named by `PLAYWRIGHT_CHROMIUM`, the system's, or the one that `npx playwright
 * install chromium` downloaded. The caller closes it.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) {
    throw new Error(
      'No Chromium found. Install it (Debian: `apt-get install -y chromium`; elsewhere `npx playwright install chromium`), or set PLAYWRIGHT_CHROMIUM to its path.',
    );
  }
  return chromium.launch({ executablePath, args: launchArgs() });
}

/**
 * The path of a Chromium on this machine, or null.
 * @throws when `PLAYWRIGHT_CHROMIUM` names a file that does not exist
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env.PLAYWRIGHT_CHROMIUM;
  if (named && !existsSync(named)) throw new Error(`PLAYWRIGHT_CHROMIUM names ${named}, which does not exist`);
  return [named, ...SYSTEM_PATHS, chromium.executablePath()].find((path) => path && existsSync(path)) ?? null;
}

const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Test machines have no graphics card, and Chromium's own sandbox refuses to start as root. */
function launchArgs(): string[] {
  const root = process.getuid?.() === 0;
  return ['--disable-gpu', ...(root ? ['--no-sandbox'] : [])];
}
