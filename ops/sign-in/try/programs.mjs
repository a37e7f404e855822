import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

// The programs of the sign-in that Go's registry has. Each is built once for all checkouts of this user, which takes
// minutes; `node ops/sign-in/try/programs.mjs` does it ahead of the first `npm run signin`.

const PROXY = 'github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6';
const UI = 'github.com/temporalio/ui-server/v2';
const UI_VERSION = 'v2.54.1';

/** The path of oauth2-proxy. */
export const oauth2Proxy = () => installed('oauth2-proxy', PROXY);

/** The path of the Temporal UI's server, and the folder of its source, which has its configuration. */
export const temporalUi = () => ({
  program: installed('temporal-ui', `${UI}/cmd/server@${UI_VERSION}`),
  source: JSON.parse(go(['mod', 'download', '-json', `${UI}@${UI_VERSION}`])).Dir,
});

function installed(name, module) {
  const bin = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'holdfast');
  const program = join(bin, `${name}-${module.split('@')[1]}`);
  if (existsSync(program)) return program;
  mkdirSync(bin, { recursive: true });
  const draft = mkdtempSync(join(bin, 'go-'));
  try {
    go(['install', module], { GOBIN: draft });
    renameSync(join(draft, readdirSync(draft)[0]), program);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return program;
}

/** The UI needs a newer Go than many machines have: an older one fetches it, unless GOTOOLCHAIN forbids that. */
function go(args, env = {}) {
  return execFileSync('go', args, { env: { ...process.env, GOTOOLCHAIN: 'auto', ...env }, encoding: 'utf8' });
}

if (process.argv[1] === import.meta.filename) console.log([oauth2Proxy(), temporalUi().program].join('\n'));
