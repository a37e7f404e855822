import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiRoutes } from '../../api/app';
import type { ApiDeps } from '../../api/deps';
import { openApiDocument } from '../../api/http/openapi';
import { type Env, loadEnv } from '../../platform/env';
import { httpReference, type OpenApi } from './http-reference';

/** Writes the pages of the site that are made of code: the HTTP reference, from the document that the API serves. */
async function writeReference(folder: string): Promise<void> {
  const document = await openApi();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
  for (const [name, page] of Object.entries(httpReference(document))) writeFileSync(join(folder, name), page);
}

/** Routes are declared with what they need to answer. To describe them, they need a configuration and no more. */
export async function openApi(): Promise<OpenApi> {
  const env = loadEnv(CONFIGURATION);
  const answer = await openApiDocument(apiRoutes(depsOf(env)), env).handle({} as never);
  return answer?.body as OpenApi;
}

function depsOf(env: Env): ApiDeps {
  const deps: Record<keyof ApiDeps, unknown> = {
    ...{ env, closing: new AbortController().signal, storefrontDir: null },
    ...{ db: NEVER_ASKED, fileDb: NEVER_ASKED, tableDb: NEVER_ASKED, stripe: NEVER_ASKED, temporal: NEVER_ASKED },
    ...{ account: NEVER_ASKED, installation: NEVER_ASKED, clock: NEVER_ASKED, log: NEVER_ASKED, metrics: NEVER_ASKED },
    ...{ admission: NEVER_ASKED, shown: NEVER_ASKED, objects: null, watch: NEVER_ASKED },
  };
  return deps as ApiDeps;
}

/** Whatever is asked of it while routes are declared, it is there, and does nothing. */
const NEVER_ASKED: object = new Proxy(() => undefined, {
  get: (_, name) => (typeof name === 'symbol' ? undefined : NEVER_ASKED),
  apply: () => NEVER_ASKED,
});

const CONFIGURATION = {
  PUBLIC_URL: 'http://localhost:3000',
  DATABASE_URL: 'postgresql://127.0.0.1/holdfast',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  RESEND_API_KEY: 're_1',
  EMAIL_FROM: 'shop@example.com',
  STAFF_EMAIL: 'staff@example.com',
  ADMIN_TOKEN: 'a-token-of-24-characters-or-more',
  SIGNING_SECRET: 'a secret of at least 32 characters',
};

if (require.main === module) void writeReference(join(__dirname, 'generated'));
