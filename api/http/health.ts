import { z } from 'zod';
import { within } from '../../platform/within';
import { ping } from '../../store/ping';
import type { ApiDeps } from '../deps';
import { type Route, route } from './route';

/** A dependency that takes longer than this to answer counts as down. */
const CHECK_MS = 2_000;

const Check = z.enum(['ok', 'down']);
const Readiness = z
  .strictObject({ checks: z.strictObject({ database: Check, temporal: Check }) })
  .meta({ id: 'Readiness' });

/** `/healthz`, `/readyz` and `/metrics`. */
export const healthRoutes = ({ db, temporal, metrics }: ApiDeps): Route[] => [
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
    summary: 'Whether the database and Temporal answer',
    answers: {
      200: { description: 'Both answer.', schema: Readiness },
      503: { description: 'At least one does not.', schema: Readiness },
    },
    handle: async () => {
      const [database, workflows] = await Promise.all([
        answers(ping(db)),
        answers(
          temporal.withDeadline(Date.now() + CHECK_MS, () => temporal.connection.workflowService.getSystemInfo({})),
        ),
      ]);
      const checks = { database, temporal: workflows };
      return { status: database === 'ok' && workflows === 'ok' ? 200 : 503, body: { checks } };
    },
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

const answers = (check: Promise<unknown>): Promise<z.infer<typeof Check>> =>
  within(CHECK_MS, check, () => new Error('no answer')).then(
    () => 'ok' as const,
    () => 'down' as const,
  );
