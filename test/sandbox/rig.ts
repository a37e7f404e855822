/**
 * A sandbox on a free port, with Stripe's own client, the control API, and an endpoint that records what it receives.
 */
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';
import { type StripeSandbox, startStripeSandbox } from '../../sandbox/stripe/http/server';
import { newFolder } from '../support/folder';

export const SECRET_KEY = 'sk_test_rig';
export const SIGNING_SECRET = 'whsec_rig';

export interface Received {
  payload: string;
  signature: string;
  event: Stripe.Event;
}

export interface Rig {
  stripe: Stripe;
  sandbox: StripeSandbox;
  dataDir: string;
  hook: Hook;
  control: Control;
  /** Closes the sandbox and starts it again on the same data. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of the control API, checked field by field
export type Control = (method: 'DELETE' | 'GET' | 'POST', path: string, body?: object) => Promise<any>;

export async function startRig(): Promise<Rig> {
  const hook = await startHook();
  const dataDir = newFolder('sandbox');
  const start = () =>
    startStripeSandbox({
      port: 0,
      dataDir,
      secretKey: SECRET_KEY,
      defaultWebhook: { url: hook.url, secret: SIGNING_SECRET },
      log: (line) => console.error(JSON.stringify(line)),
    });
  const rig: Rig = {
    dataDir,
    hook,
    control: (method, path, body) => ask(`${rig.sandbox.url}/_control${path}`, method, body),
    async restart() {
      await rig.sandbox.close();
      rig.sandbox = await start();
      rig.stripe = clientOf(rig.sandbox.port);
    },
    async end() {
      await rig.sandbox.close();
      await hook.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
    sandbox: await start(),
    stripe: undefined as never,
  };
  rig.stripe = clientOf(rig.sandbox.port);
  return rig;
}

/** The unchanged library, without retries, so that a test sees every answer. */
export function clientOf(port: number, secretKey = SECRET_KEY): Stripe {
  return new Stripe(secretKey, { host: '127.0.0.1', port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 });
}

export interface Hook {
  url: string;
  received: Received[];
  /** The status it answers; a test may change it. */
  status: number;
  headers: Record<string, string>;
  /** Receives requests, but answers them only when released. */
  hold(): void;
  release(): void;
  /** Waits until it has received events of all these types. */
  got(...types: string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startHook(secret = SIGNING_SECRET): Promise<Hook> {
  let held: (() => void)[] | undefined;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const payload = Buffer.concat(chunks).toString();
      const signature = String(request.headers['stripe-signature']);
      hook.received.push({ payload, signature, event: verify(payload, signature, secret) });
      const answer = () => response.writeHead(hook.status, hook.headers).end();
      if (held === undefined) answer();
      else held.push(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hook: Hook = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    status: 200,
    headers: {},
    hold: () => {
      held = [];
    },
    release: () => {
      for (const answer of held ?? []) answer();
      held = undefined;
    },
    got: (...types) => until(() => types.every((type) => hook.received.some(({ event }) => event.type === type))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hook;
}

const verifier = new Stripe('sk_test_verifier');

function verify(payload: string, signature: string, secret: string): Stripe.Event {
  try {
    return verifier.webhooks.constructEvent(payload, signature, secret);
  } catch {
    return { ...JSON.parse(payload), type: 'unverified' };
  }
}

/** Waits for a condition, never for a fixed time. */
export async function until(isSo: () => boolean | Promise<boolean>, within = 5000): Promise<void> {
  for (const end = Date.now() + within; Date.now() < end; await pause(5)) if (await isSo()) return;
  throw new Error(`not so within ${within} ms: ${isSo}`);
}

/** The error with which a call is refused. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Stripe.errors.StripeError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
}

export interface Line {
  name?: string;
  amount?: number;
  quantity?: number;
  metadata?: Record<string, string>;
}

export function lineOf({
  name = 'Mug',
  amount = 1250,
  quantity = 1,
  metadata,
}: Line = {}): Stripe.Checkout.SessionCreateParams.LineItem {
  return {
    price_data: { currency: 'eur', product_data: { name }, unit_amount: amount },
    quantity,
    ...(metadata && { metadata }),
  };
}

/** An open session, by default for one mug at 12.50. */
export function openSession(
  { stripe }: Rig,
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Response<Stripe.Checkout.Session>> {
  return stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [lineOf()],
    success_url: 'http://shop.test/success?session_id={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://shop.test/cart',
    ...params,
  });
}

/** A session that was paid, and the id of its PaymentIntent. */
export async function paidSession(
  rig: Rig,
  { card, ...params }: Partial<Stripe.Checkout.SessionCreateParams> & { card?: string } = {},
): Promise<{ id: string; intent: string }> {
  const { id } = await openSession(rig, params);
  const { session } = await rig.control('POST', `/sessions/${id}/pay`, { ...(card && { card }) });
  return { id, intent: session.payment_intent };
}

export async function ask(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return response.json();
}
