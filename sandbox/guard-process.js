// The process between a starter (the launcher, a test run) and everything it starts. It is the parent of every part.
// When the starter dies, even by `kill -9`, the channel between the two closes and the guard stops the parts,
// youngest first. Plain JavaScript, because it must run without a loader, which makes it start in 40 ms. Its client
// is guard.ts.

const { spawn } = require('node:child_process');
const { closeSync, openSync, rmSync } = require('node:fs');

/** How long a part may take to stop once its starter is gone and no one waits for it. */
const ABANDONED_GRACE_MS = 5_000;

/**
 * @type {Map<number, { child: import('node:child_process').ChildProcess, stopSignal: NodeJS.Signals, exited:
 * Promise<void> }>}
 */
const parts = new Map();

/** Files that exist only while the parts run. @type {string[]} */
const markers = [];

process.on('message', ({ run, stop, stopAll, remove }) => {
  if (run) start(run);
  if (stop) end(stop.id, stop.graceMs);
  if (stopAll) endAll(stopAll.graceMs);
  if (remove) markers.push(remove);
});
process.on('disconnect', () => endAll(ABANDONED_GRACE_MS));
process.on('SIGTERM', () => endAll(ABANDONED_GRACE_MS));
// The guard leads its own session, so a Ctrl-C does not reach it; the starter decides what stops when.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

function start({ id, command, args, options, log, stopSignal }) {
  if (ending) return report({ failed: { id, message: 'Everything is being stopped.' } });
  const output = openSync(log, 'a', 0o600);
  const child = spawn(command, args, { ...options, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  child.once('error', (error) => report({ failed: { id, message: error.message } }));
  if (child.pid === undefined) return;
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      killGroup(child.pid);
      parts.delete(id);
      report({ exited: { id, code, signal } });
      resolve();
    });
  });
  parts.set(id, { child, stopSignal, exited });
  report({ started: { id, pid: child.pid } });
}

async function end(id, graceMs) {
  const part = parts.get(id);
  if (!part) return;
  part.child.kill(part.stopSignal);
  const impatience = setTimeout(() => killGroup(part.child.pid), graceMs);
  await part.exited;
  clearTimeout(impatience);
}

let ending = false;
async function endAll(graceMs) {
  if (ending) return;
  ending = true;
  for (const file of markers) rmSync(file, { force: true });
  for (const id of [...parts.keys()].reverse()) await end(id, graceMs);
  process.exit(0);
}

/** Each part leads its own process group, so everything it has started ends with it. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty: every process in it has ended.
  }
}

function report(message) {
  if (process.connected) process.send(message, () => {});
}
