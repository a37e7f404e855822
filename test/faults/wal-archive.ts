import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { System } from './system';

/**
 * Continuous archiving as PostgreSQL's manual has it (https://www.postgresql.org/docs/18/continuous-archiving.html),
 * by what the server itself can do: each segment of its log is copied to a folder, a base backup is the files of the
 * cluster while the server writes, and a restore plays the log to a moment.
 */
export function archivingTo(folder: string): Record<string, string> {
  const archive = archiveIn(folder);
  mkdirSync(archive, { recursive: true });
  chmodSync(archive, 0o777); // the server runs as another user than root
  return {
    wal_level: 'replica',
    archive_mode: 'on',
    archive_command: `test ! -f "${archive}/%f" && cp "%p" "${archive}/%f"`,
  };
}

const archiveIn = (folder: string): string => join(folder, 'archive');

/** Copies the cluster while the server runs. */
export async function takeBaseBackup({ postgres, postgresFolder }: System): Promise<string> {
  const backup = join(postgresFolder, 'base');
  const client = new Client({ connectionString: postgres.now.url });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('nightly', true)");
    mkdirSync(backup, { mode: 0o700 });
    // Files that change meanwhile are put right by the log.
    const copy = 'tar -C "$0" --exclude=./postmaster.pid --exclude="./pg_wal/*" -cf - . | tar -C "$1" -xpf -';
    execFileSync('sh', ['-c', copy, join(postgresFolder, 'cluster'), backup], { stdio: 'pipe' });
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(true)');
    writeFileSync(join(backup, 'backup_label'), rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
  return backup;
}

/** Puts the cluster of a base backup in the place of the one that there is, as it was at a moment. */
export async function restoreTo(system: System, { backup, at }: { backup: string; at: string }): Promise<void> {
  const { postgres, postgresFolder } = system;
  await postgres.stop();
  const cluster = join(postgresFolder, 'cluster');
  rmSync(cluster, { recursive: true });
  renameSync(backup, cluster);
  writeFileSync(join(cluster, 'recovery.signal'), '');
  system.postgresSettings = {
    wal_level: 'replica',
    restore_command: `cp "${archiveIn(postgresFolder)}/%f" "%p"`,
    recovery_target_time: at,
    recovery_target_action: 'promote',
    hot_standby: 'off', // connections are taken once it is done
  };
  await postgres.start();
  expect(readFileSync(join(postgresFolder, 'postgres.log'), 'utf8')).toContain('recovery stopping before commit');
}
