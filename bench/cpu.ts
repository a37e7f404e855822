import { readdirSync, readFileSync } from 'node:fs';

/** Of a clock tick, which `/proc` counts in: 10 ms wherever Node runs on Linux. */
const TICK_MS = 10;

/**
 * The processor time that a process and its children have used so far, in milliseconds; null where the system does
 * not say (only Linux does). Of a child that has ended its parent keeps count.
 */
export function cpuOf(pid: number): number | null {
  const all = processes();
  const tree = (parent: Usage): number =>
    parent.ms + all.filter((one) => one.parent === parent.pid).reduce((sum, child) => sum + tree(child), 0);
  const root = all.find((one) => one.pid === pid);
  return root ? tree(root) : null;
}

interface Usage {
  pid: number;
  parent: number;
  ms: number;
}

/** Every process with its use of the processor (proc_pid_stat(5): fields 4 and 14 to 17). */
function processes(): Usage[] {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return pids.flatMap((pid) => {
    try {
      // The name, in brackets, may contain anything, spaces too.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      return [{ pid: Number(pid), parent: Number(fields[1]), ms: ticks * TICK_MS }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}
