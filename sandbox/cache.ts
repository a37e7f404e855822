import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A file that is created once per user and kept across checkouts of the project. Two processes may create it at the
 * same time; neither ever sees an incomplete one.
 *
 * @param make writes the file at the given path
 */
export async function cached(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const file = join(cacheFolder(), name);
  if (existsSync(file)) return file;
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    await make(draft);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  return file;
}

function cacheFolder(): string {
  const systems = process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const ours = join(process.env.XDG_CACHE_HOME || systems, 'holdfast');
  return isWritable(ours) ? ours : inCheckout();
}

/** For users without a writable home folder, as in many containers. */
function inCheckout(): string {
  const folder = join(process.cwd(), 'node_modules', '.cache', 'holdfast');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
