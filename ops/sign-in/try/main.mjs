import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { oauth2Proxy, temporalUi } from './programs.mjs';

// Tries the configuration in this folder on one machine, on the loopback interface, beside `npm start`: an OpenID
// provider, oauth2-proxy twice, the Temporal UI twice, and an API of its own for staff. docs/security.md tells how.
const folder = join(import.meta.dirname, '..');
const data = process.env.DATA_DIR ?? '.data';
const services = parseEnv(readFileSync(join(data, 'services.env'), 'utf8'));
const first = Number(process.env.SIGN_IN_PORT ?? 4180);
const [support, readers, provider, uiPort, uiReadOnly, api, staff, readOnly] = Array.from(
  { length: 8 },
  (_, n) => first + n,
);
const at = (port) => `http://localhost:${port}`;
const configured = (file) => parseEnv(readFileSync(join(folder, file), 'utf8'));
const running = [];
let stopping = false;
const stop = () => {
  stopping = true;
  for (const part of running) part.kill();
};
process
  .on('SIGINT', stop)
  .on('SIGTERM', stop)
  .on('uncaughtException', (error) => {
    console.error(error);
    stop();
  });

const proxy = oauth2Proxy();
const ui = temporalUi();
const uiConfig = onLoopback(ui.source);

const secret = randomBytes(24).toString('hex');
const callbacks = [support, readers].map((port) => `${at(port)}/oauth2/callback`);
start('provider', 'node', [join(import.meta.dirname, 'provider.mjs'), `${provider}`, secret, ...callbacks]);
start('api', 'node', ['--require', 'tsx/cjs', 'api/main.ts'], {
  ...services,
  ...{ EMAIL_FROM: 'Holdfast <shop@holdfast.example>', STAFF_EMAIL: 'staff@holdfast.example', SIGNING_SECRET: secret },
  ...{ PORT: `${api}`, ADMIN_PORT: `${staff}`, ADMIN_URL: at(support), TEMPORAL_UI_URL: at(support) },
});
startUi('ui', uiPort, configured('temporal-ui.env'));
startUi('ui-read-only', uiReadOnly, configured('temporal-ui-read-only.env'));
start('read-only', 'node', [join(folder, 'read-only.mjs'), `${readOnly}`, `${uiReadOnly}`]);
await answers(`${at(provider)}/.well-known/openid-configuration`); // oauth2-proxy reads it when it starts
startProxy('sign-in', support, {
  OAUTH2_PROXY_UPSTREAMS: [`${at(uiPort)}/`, `${at(staff)}/staff`, `${at(staff)}/staff/`].join(','),
});
startProxy('sign-in-read-only', readers, {
  OAUTH2_PROXY_ALLOWED_GROUPS: 'support,readers',
  OAUTH2_PROXY_UPSTREAMS: `${at(readOnly)}/`,
});
await Promise.all([...[support, readers].map((port) => answers(`${at(port)}/ping`)), answers(`${at(staff)}/staff`)]);
console.log(`Support   ${at(support)}/staff  sign in as grace, with any password
Readers   ${at(readers)}  sign in as alan or grace
Ctrl-C stops everything.`);

/** The UI takes its configuration as the image `temporalio/ui` does. */
function startUi(name, port, env) {
  start(name, ui.program, ['--root', uiConfig, '--config', '.', '--env', 'docker', 'start'], {
    ...env,
    TEMPORAL_ADDRESS: services.TEMPORAL_ADDRESS,
    TEMPORAL_UI_PORT: `${port}`,
    TEMPORAL_CSRF_COOKIE_INSECURE: 'true', // without TLS
  });
}

/** As in production, but without TLS. */
function startProxy(name, port, env) {
  start(name, proxy, ['--config', join(folder, 'oauth2-proxy.cfg')], {
    OAUTH2_PROXY_HTTP_ADDRESS: `127.0.0.1:${port}`,
    OAUTH2_PROXY_OIDC_ISSUER_URL: at(provider),
    OAUTH2_PROXY_CLIENT_ID: 'holdfast-staff',
    OAUTH2_PROXY_CLIENT_SECRET: secret,
    OAUTH2_PROXY_REDIRECT_URL: `${at(port)}/oauth2/callback`,
    OAUTH2_PROXY_COOKIE_SECRET: randomBytes(32).toString('base64url'),
    OAUTH2_PROXY_COOKIE_NAME: `_holdfast_${port}`, // cookies of one host are shared by its ports
    OAUTH2_PROXY_COOKIE_SECURE: 'false',
    ...env,
  });
}

function start(name, command, args, env = {}) {
  const { PATH, HOME } = process.env;
  const part = spawn(command, args, { env: { PATH, HOME, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
  part.on('exit', (code) => {
    if (!stopping) console.error(`${name} ended: ${code}`);
    stop();
  });
  running.push(part);
}

/** The configuration of the image, which would listen on every address. */
function onLoopback(source) {
  const config = resolve(data, 'sign-in', 'config');
  mkdirSync(config, { recursive: true });
  const read = (file) => readFileSync(join(source, 'config', file), 'utf8');
  writeFileSync(join(config, 'base.yaml'), read('base.yaml'));
  writeFileSync(join(config, 'docker.yaml'), `${read('docker.yaml')}\nhost: 127.0.0.1\n`);
  return config;
}

async function answers(url) {
  for (let tries = 0; !stopping && tries < 600; tries++) {
    if (
      await fetch(url, { redirect: 'manual' }).then(
        ({ status }) => status < 500,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (!stopping) throw new Error(`no answer at ${url}`);
}
