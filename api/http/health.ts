import { z } from 'zod';
import { answers, type Check as CheckResult, searchAttributesCheck, temporalAnswers } from '../../platform/readiness';
import { shared } from '../../platform/shared';
import { ping } from '../../store/ping';
import type { ApiDeps } from '../deps';
import { type Route, route } from './route';

const Check = z.enum(['ok', 'down', 'stopping']);
const Readiness = z
  .strictObject({
    checks: z.strictObject({
      database: Check,
      temporal: Check,
      search_attributes: z.string().meta({
        description: 'As the others, or `missing: ` and the search attributes that the namespace lacks.',
        example: 'ok',
      }),
    }),
  })
  .meta({ id: 'Readiness' });
const WebhookReadiness = z
  .strictObject({ checks: z.strictObject({ temporal: Check }) })
  .meta({ id: 'WebhookReadiness' });

/** `/healthz`, `/readyz`, `/readyz/webhooks` and `/metrics`. */
export function healthRoutes({ db, temporal, metrics, closing }: ApiDeps): Route[] {
  // Anybody may ask who reaches the port, and nobody's asking may take connections from shoppers.
  const database = shared(KEPT_MS, () => answers(ping(db)));
  const workflows = shared(KEPT_MS, () => temporalAnswers(temporal));
  const searchAttributes = shared(KEPT_MS, searchAttributesCheck(temporal));
  /** A process that was asked to stop is not ready, whatever its neighbours say. */
  const unlessStopping = async <T extends string>(ask: () => Promise<T>): Promise<T | 'stopping'> =>
    closing.aborted ? 'stopping' : ask();
  return [
    route({
      method: 'get',
      path: '/healthz',
      tag: 'Operations',
      summary: 'Whether the process is alive',
      answers: { 200: { description: 'It is alive.', schema: z.strictObject({ status: z.literal('ok') }) } },
      handle: async () => ({ body: { status: 'ok' } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      tag: 'Operations',
      summary: 'Whether the database and Temporal answer, and Temporal knows the search attributes',
      answers: {
        200: { description: 'All is well.', schema: Readiness },
        503: { description: 'Something is missing, or the process was asked to stop.', schema: Readiness },
      },
      handle: async () => {
        const [stored, ran, search_attributes] = await Promise.all([
          unlessStopping(database),
          unlessStopping(workflows),
          unlessStopping(searchAttributes),
        ]);
        return readiness({ database: stored, temporal: ran, search_attributes });
      },
    }),
    route({
      method: 'get',
      path: '/readyz/webhooks',
      tag: 'Operations',
      summary: 'Whether Stripe’s events can be accepted',
      description:
        'Webhooks need Temporal alone. Route `/webhooks/stripe` by this check, so that events are accepted while the database is away.',
      answers: {
        200: { description: 'Temporal answers.', schema: WebhookReadiness },
        503: { description: 'It does not, or the process was asked to stop.', schema: WebhookReadiness },
      },
      handle: async () => readiness({ temporal: await unlessStopping(workflows) }),
    }),
    route({
      method: 'get',
      path: '/metrics',
      tag: 'Operations',
      summary: 'Metrics for Prometheus',
      answers: { 200: { description: 'In Prometheus’ text format.', contentType: 'text/plain' } },
      handle: async ({ res }) => {
        res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
        return undefined;
      },
    }),
  ];
}

/** How long an answer stands, in milliseconds. */
const KEPT_MS = 500;

const readiness = (checks: Record<string, string>) => ({
  status: Object.values(checks).every((check) => check === ('ok' satisfies CheckResult)) ? 200 : 503,
  body: { checks },
});
