import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** The addresses and keys of everything the demo talks to over HTTP. */
export interface System {
  api: string;
  adminToken: string;
  stripe: string;
  stripeKey: string;
  control: string;
  outbox: string;
  temporalUi: string;
  namespace: string;
}

/**
 * The system that `npm start` runs, found through its `services.env`.
 * @throws with advice when nothing is running or a part is not the embedded one
 */
export async function findSystem(dataDir: string): Promise<System> {
  const file = join(dataDir, 'services.env');
  if (!existsSync(file)) throw new Error(`Holdfast is not running: there is no ${file}. ${START_IT}`);
  const env = parseEnv(readFileSync(file, 'utf8'));
  const of = (name: string, without: string): string => env[name] ?? refuse(without);
  const system = {
    api: of('PUBLIC_URL', `Only the services are running (npm run services). Stop them first. ${START_IT}`),
    adminToken: of('ADMIN_TOKEN', START_IT),
    stripe: of('STRIPE_API_BASE', configuredAway('the Stripe sandbox', 'STRIPE_SECRET_KEY')),
    stripeKey: of('STRIPE_SECRET_KEY', configuredAway('the Stripe sandbox', 'STRIPE_SECRET_KEY')),
    control: of('SANDBOX_CONTROL_URL', configuredAway('the Stripe sandbox', 'STRIPE_SECRET_KEY')),
    outbox: of('OUTBOX_URL', configuredAway('the outbox', 'RESEND_API_KEY and SMTP_URL')),
    temporalUi: of('TEMPORAL_UI_URL', configuredAway('the embedded Temporal', 'TEMPORAL_ADDRESS and TEMPORAL_PROFILE')),
    namespace: env.TEMPORAL_NAMESPACE ?? 'default',
  };
  const ready = await fetch(`${system.api}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
  if (!ready?.ok) throw new Error(`${file} exists, but ${system.api} is not ready. ${START_IT}`);
  return system;
}

const START_IT = 'Start the system with `npm start` in another terminal, then try again.';

const configuredAway = (part: string, variables: string): string =>
  `The demo plays the shopper, the bank and the mail service, so it needs ${part}. Start the system without ${variables}.`;

function refuse(why: string): never {
  throw new Error(why);
}
