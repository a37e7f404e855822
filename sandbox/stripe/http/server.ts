/**
 * A stand-in for Stripe that speaks Stripe's HTTP API; the unchanged `stripe` library uses it under another address.
 * It keeps its state in a folder, serves the payment page, sends signed webhooks, and has a control API for tests and
 * people (`../control/control.ts`).
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { KEEP_ALIVE_MS } from '../../../platform/keep-alive';
import { type BaseClock, SandboxClock } from '../clock';
import { createControl } from '../control/control';
import { resumeScheduled } from '../objects/schedule';
import { applyChange } from '../objects/scheduled-changes';
import { watchExpiry } from '../objects/sessions';
import { createPages } from '../pages/pages';
import { Store } from '../store/store';
import { Deliveries } from '../webhooks/deliveries';
import { pruneEvents } from '../webhooks/events';
import { keepEndpoint } from '../webhooks/webhook-endpoints';
import { NO_REQUEST, type World } from '../world';
import { Faults } from './faults';
import { createGateway } from './gateway';
import { RequestLog } from './request-log';
import { RestrictedKeys } from './restricted-keys';

export interface SandboxOptions {
  /** 0 for any free port. */
  port: number;
  host?: string;
  /** The folder for its state. */
  dataDir: string;
  /** The host name shoppers' browsers use, if it is not `host`. */
  publicHost?: string;
  /** The only API key it accepts, `sk_test_…`. */
  secretKey: string;
  /** An endpoint that receives every event. */
  defaultWebhook?: { url: string; secret: string };
  /** The clock it runs on. Default: real time. */
  clock?: BaseClock;
  log?: (line: Record<string, unknown>) => void;
}

export interface StripeSandbox {
  url: string;
  port: number;
  close(): Promise<void>;
}

const HOUR = 60 * 60 * 1000;
const DEFAULT_ENDPOINT = 'we_sandbox_default';

export async function startStripeSandbox(options: SandboxOptions): Promise<StripeSandbox> {
  const {
    port,
    host = '127.0.0.1',
    dataDir,
    publicHost = host,
    secretKey,
    defaultWebhook,
    log = () => undefined,
  } = options;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const listening = (server.address() as AddressInfo).port;

  const store = new Store(dataDir);
  const failed = (error: unknown) =>
    log({
      level: 'error',
      message: 'a scheduled job failed',
      error: error instanceof Error ? error.stack : String(error),
    });
  const clock = new SandboxClock(options.clock ?? Date, store.settings.get('clock')?.value ?? 0, failed);
  const ending = new AbortController();
  const deliveries = new Deliveries(() => world);
  const publicUrl = `http://${publicHost}:${listening}`;
  const world: World = {
    store,
    clock,
    publicUrl,
    log,
    announce: (event) => deliveries.announce(event),
    applyChange,
    cause: NO_REQUEST,
    silenced: new Set(),
    ending: ending.signal,
  };
  const faults = new Faults();
  const requests = new RequestLog();
  const restricted = new RestrictedKeys();
  const { router, keys } = createGateway(world, { secretKey, restricted, faults, log: requests });

  const setDefaultEndpoint = () => {
    if (defaultWebhook === undefined) return;
    store.transaction(() => keepEndpoint(world, { id: DEFAULT_ENDPOINT, enabled_events: ['*'], ...defaultWebhook }));
  };
  const tidy = () => {
    keys.prune();
    pruneEvents(world);
    clock.at(clock.now() + HOUR, tidy);
  };
  setDefaultEndpoint();
  for (const session of store.sessions) if (session.status === 'open') watchExpiry(world, session);
  resumeScheduled(world);
  deliveries.resume();
  tidy();

  const app = express().disable('x-powered-by').set('query parser', 'extended');
  app.use(
    '/_control',
    createControl(world, { deliveries, faults, requests, restricted, afterReset: setDefaultEndpoint }),
  );
  app.use(createPages(world, deliveries));
  app.use(router);
  server.on('request', app);

  return {
    url: `http://${host}:${listening}`,
    port: listening,
    async close() {
      ending.abort();
      clock.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await deliveries.close();
      await closed;
      store.close();
    },
  };
}
