import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SANDBOX_KEY_PREFIX } from '../platform/env';
import type { Foreground } from './foreground';
import { Kept } from './kept';
import { startNodePart } from './node-part';

/** The environment variables by which Holdfast reaches the embedded parts, for the parts in use. */
export type Variables = Record<string, string>;

/** A part that is started only if no other is configured. */
interface EmbeddedPart {
  name: string;
  /** If any of these variables is set, another is configured. */
  unless: string[];
  start(context: Context): Promise<Starting>;
  /** Valid stand-ins for the variables that `start` returns. */
  standIn: Variables;
}

/** What is being started: how it is reached is known before it answers. */
interface Starting {
  variables: Variables;
  /** Resolves when it answers; rejects if it does not start. */
  ready: Promise<unknown>;
}

/**
 * Adds stand-ins for the variables of parts that are not started yet, so that the configuration can be checked before
 * anything is started.
 */
export function withStandIns(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const standIns = Object.assign({}, ...absentFrom(env).map(({ standIn }) => standIn));
  return { ...env, ...standIns };
}

const absentFrom = (env: NodeJS.ProcessEnv) => PARTS.filter(({ unless }) => unless.every((name) => !env[name]));

interface Context {
  env: NodeJS.ProcessEnv;
  run: Foreground;
  ports: Kept;
  secrets: Kept;
}

const PARTS: EmbeddedPart[] = [
  {
    name: 'PostgreSQL',
    unless: ['DATABASE_URL'],
    start: postgres,
    standIn: { DATABASE_URL: 'postgresql://127.0.0.1/holdfast' },
  },
  {
    name: 'Temporal',
    unless: ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE'],
    start: temporal,
    standIn: { TEMPORAL_ADDRESS: '127.0.0.1:7233' },
  },
  {
    name: 'the Stripe sandbox',
    unless: ['STRIPE_SECRET_KEY'],
    start: stripeSandbox,
    standIn: {
      STRIPE_SECRET_KEY: SANDBOX_KEY_PREFIX,
      STRIPE_WEBHOOK_SECRET: 'whsec_',
      STRIPE_API_BASE: 'http://127.0.0.1',
    },
  },
  {
    name: 'the outbox',
    unless: ['RESEND_API_KEY', 'SMTP_URL'],
    start: outbox,
    standIn: {
      RESEND_API_KEY: 're_',
      RESEND_BASE_URL: 'http://127.0.0.1',
      RESEND_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}`,
    },
  },
];

/** The parts that `env` does not replace, while they start. Both promises reject if one of them does not. */
export interface Embedded {
  /** Resolves when it is known how each is reached, and PostgreSQL, if it is one of them, answers. */
  variables: Promise<Variables>;
  /** Resolves when all of them answer. */
  ready: Promise<unknown>;
}

/** Starts the parts that `env` does not replace, all at once. */
export function startEmbedded(env: NodeJS.ProcessEnv, run: Foreground): Embedded {
  const context = { env, run, ports: keptPorts(run.dataDir), secrets: keptSecrets(run.dataDir) };
  const starting = absentFrom(env).map(({ name, start }) => {
    const part = start(context);
    return {
      variables: part.then(({ variables }) => variables),
      ready: run.step(
        `starting ${name}`,
        part.then(({ ready }) => ready),
      ),
    };
  });
  return {
    variables: Promise.all(starting.map(({ variables }) => variables)).then((all) => Object.assign({}, ...all)),
    ready: Promise.all(starting.map(({ ready }) => ready)),
  };
}

export const keptPorts = (dataDir: string) => new Kept(join(dataDir, 'ports.json'));
export const keptSecrets = (dataDir: string) => new Kept(join(dataDir, 'secrets.json'));
export const token = () => randomBytes(24).toString('hex');

// The code of a part is loaded only if the part is needed.

async function postgres({ run, ports }: Context): Promise<Starting> {
  const { startPostgres } = require('./postgres') as typeof import('./postgres');
  const { hasEarlierLayout } = require('../prisma/migrate') as typeof import('../prisma/migrate');
  const server = await startPostgres({
    dataDir: join(run.dataDir, 'postgres'),
    port: await ports.port('postgres'),
    logFile: run.logFile('postgres'),
    log: (line) => run.log(line),
  });
  run.watch('PostgreSQL', server.process);
  if (await hasEarlierLayout(server.url))
    throw new Error(
      `The data in ${run.dataDir} has an earlier layout of Holdfast, which this version cannot read. ` +
        'Choose another folder with DATA_DIR, or delete this one.',
    );
  return { variables: { DATABASE_URL: server.url }, ready: Promise.resolve() };
}

async function temporal({ env, run, ports }: Context): Promise<Starting> {
  const { startTemporal } = require('./temporal') as typeof import('./temporal');
  const [port, uiPort] = [await ports.port('temporal'), await ports.port('temporalUi')];
  const namespace = env.TEMPORAL_NAMESPACE || 'default';
  const server = startTemporal({
    ...{ port, uiPort, namespace },
    dataDir: join(run.dataDir, 'temporal'),
    logFile: run.logFile('temporal'),
    log: (line) => run.log(line),
  });
  return {
    variables: {
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_UI_URL: `http://127.0.0.1:${uiPort}`,
    },
    ready: server.then(({ process }) => run.watch('Temporal', process)),
  };
}

async function stripeSandbox({ env, run, ports, secrets }: Context): Promise<Starting> {
  const port = await ports.port('stripe');
  const url = `http://127.0.0.1:${port}`;
  const key = secrets.once('STRIPE_SECRET_KEY', () => `${SANDBOX_KEY_PREFIX}_${token()}`);
  const webhookSecret = secrets.once('STRIPE_WEBHOOK_SECRET', () => `whsec_${token()}`);
  const ready = startNodePart(run, {
    name: 'The Stripe sandbox',
    id: 'stripe-sandbox',
    entry: 'sandbox/stripe/main.ts',
    env: {
      ...env,
      SANDBOX_PORT: String(port),
      SANDBOX_DATA_DIR: join(run.dataDir, 'stripe'),
      SANDBOX_SECRET_KEY: key,
      SANDBOX_WEBHOOK_URL: `${apiIn(env)}/webhooks/stripe`,
      SANDBOX_WEBHOOK_SECRET: webhookSecret,
    },
    readyUrl: `${url}/_control/clock`,
  });
  return {
    variables: {
      STRIPE_SECRET_KEY: key,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_BASE: url,
      SANDBOX_CONTROL_URL: `${url}/_control`,
    },
    ready,
  };
}

/** Where the API is, or will be. */
const apiIn = (env: NodeJS.ProcessEnv): string =>
  (env.PUBLIC_URL || `http://localhost:${env.PORT || 3000}`).replace(/\/+$/, '');

async function outbox({ env, run, ports, secrets }: Context): Promise<Starting> {
  const port = await ports.port('outbox');
  const url = `http://127.0.0.1:${port}`;
  const key = secrets.once('RESEND_API_KEY', () => `re_outbox_${token()}`);
  const webhookSecret = secrets.once('RESEND_WEBHOOK_SECRET', () => `whsec_${randomBytes(24).toString('base64')}`);
  const ready = startNodePart(run, {
    name: 'The outbox',
    id: 'outbox',
    entry: 'sandbox/outbox/main.ts',
    env: {
      ...env,
      OUTBOX_PORT: String(port),
      OUTBOX_DATA_DIR: join(run.dataDir, 'outbox'),
      OUTBOX_API_KEY: key,
      OUTBOX_WEBHOOK_URL: `${apiIn(env)}/webhooks/resend`,
      OUTBOX_WEBHOOK_SECRET: webhookSecret,
    },
    readyUrl: `${url}/api/mails`,
  });
  const variables = {
    RESEND_API_KEY: key,
    RESEND_BASE_URL: url,
    OUTBOX_URL: url,
    RESEND_WEBHOOK_SECRET: webhookSecret,
  };
  return { variables, ready };
}
