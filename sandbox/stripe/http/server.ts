/**
 * A stand-in for Stripe behind Stripe's own HTTP API, used by the unchanged `stripe` library through another address. It keeps
 * its state in a folder, serves the payment page, sends signed webhooks and takes orders from tests (`control.ts`).
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type BaseClock, SandboxClock } from '../clock';
import { createControl } from '../control/control';
import { happen } from '../objects/happenings';
import { resumeLater } from '../objects/later';
import { watchExpiry } from '../objects/sessions';
import { createPages } from '../pages/pages';
import { Store } from '../store/store';
import { Deliveries } from '../webhooks/deliveries';
import { pruneEvents } from '../webhooks/events';
import { keepEndpoint } from '../webhooks/webhook-endpoints';
import { NOBODY, type World } from '../world';
import { Faults } from './faults';
import { createGateway } from './gateway';
import { RequestLog } from './request-log';

export interface SandboxOptions {
  /** 0 takes any free port. */
  port: number;
  host?: string;
  /** Where its memory is kept. */
  dataDir: string;
  /** The name shoppers' browsers reach it by, when it is not `host`. */
  publicHost?: string;
  /** The one key it takes, `sk_test_…`. */
  secretKey: string;
  /** An endpoint that is told of every event. */
  defaultWebhook?: { url: string; secret: string };
  /** The time it runs on: real time unless a test gives another. */
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
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const listening = (server.address() as AddressInfo).port;

  const store = new Store(dataDir);
  const failed = (error: unknown) =>
    log({
      level: 'error',
      message: 'something due failed',
      error: error instanceof Error ? error.stack : String(error),
    });
  const clock = new SandboxClock(options.clock ?? Date, store.settings.get('clock')?.value ?? 0, failed);
  const ending = new AbortController();
  const deliveries = new Deliveries(() => world);
  const publicUrl = `http://${publicHost}:${listening}`;
  const world: World = {
    store,
    clock,
    deliveries,
    publicUrl,
    log,
    cause: NOBODY,
    silenced: new Set(),
    happen,
    ending: ending.signal,
  };
  const faults = new Faults();
  const requests = new RequestLog();
  const { router, keys } = createGateway(world, { secretKey, faults, log: requests });

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
  resumeLater(world);
  deliveries.resume();
  tidy();

  const app = express().disable('x-powered-by').set('query parser', 'extended');
  app.use('/_control', createControl(world, { faults, requests, afterReset: setDefaultEndpoint }));
  app.use(createPages(world));
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
