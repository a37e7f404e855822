import { savedViews } from '../messages/views';
import type { Env } from '../platform/env';
import { saveViewUrl } from '../platform/temporal-ui';
import type { Variables } from './embedded';

// What `npm start` prints when it is ready.

/** Where everything is: what it is, its address, and what is there. */
export function addresses(env: Env, embedded: Variables): [string, string, string?][] {
  const { PUBLIC_URL, ADMIN_URL, ADMIN_PORT } = env;
  const metrics = ADMIN_PORT === undefined ? PUBLIC_URL : at(ADMIN_PORT, env);
  const rows: [string, string | undefined, string?][] = [
    ['Shop', env.STOREFRONT_URL],
    ['API', `${PUBLIC_URL}/docs`, 'documentation'],
    ['Staff', `${ADMIN_URL}/staff`, 'find an order; sign in with the admin token'],
    ['Temporal UI', embedded.TEMPORAL_UI_URL, 'every order is a workflow'],
    ['Payment sandbox', embedded.STRIPE_API_BASE, 'pay with 4242 4242 4242 4242'],
    ['Payment control', embedded.SANDBOX_CONTROL_URL, 'act as Stripe’s Dashboard, the shoppers and their banks'],
    ['Outbox', embedded.OUTBOX_URL, 'every mail that was sent'],
    ['Metrics', `${metrics}/metrics`, `and the worker’s: ${at(env.WORKER_PORT, env)}/metrics`],
    ['Admin token', env.ADMIN_TOKEN, 'Authorization: Bearer …'],
  ];
  return rows.filter((row): row is [string, string, string?] => row[1] !== undefined);
}

/**
 * The lists of staff in the Temporal UI, as links that add themselves to its saved views. None if Temporal is not ours:
 * `/staff` has them too.
 * @param now milliseconds since the epoch
 */
export function lists({ TEMPORAL_UI_URL, TEMPORAL_NAMESPACE = 'default' }: Variables, now: number): [string, string][] {
  if (TEMPORAL_UI_URL === undefined) return [];
  const ui = { url: TEMPORAL_UI_URL, namespace: TEMPORAL_NAMESPACE };
  return savedViews(now).map((view) => [view.name, saveViewUrl(ui, view)]);
}

/** The address at which this machine reaches one of the ports. */
export function at(port: number, { HOST }: Env): string {
  const everywhere = HOST === '0.0.0.0' || HOST === '::';
  return `http://${everywhere ? '127.0.0.1' : HOST}:${port}`;
}
