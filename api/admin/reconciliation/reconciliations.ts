import { WorkflowIdReusePolicy } from '@temporalio/common';
import { z } from 'zod';
import { DISCREPANCY_KINDS } from '../../../domain/discrepancy';
import { Problem } from '../../../domain/problem';
import { WORKFLOWS } from '../../../messages/names';
import { reconcileStart } from '../../../messages/reconcile';
import { isAlreadyStarted } from '../../../platform/temporal-errors';
import { isKnownSweep, readSweep, requestSweep } from '../../../store/reconciliation/sweeps';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { orNull, Timestamp, text, timestamp, timestampOrNull } from '../../http/schemas';
import { bounded } from '../../order-workflow';
import { KeyHeader } from '../fields';
import { isUuid, requestId } from '../request-ids';

const TEMPORAL_MS = 5_000;

const Reconciliation = z
  .strictObject({
    id: z.uuid(),
    status: z.enum(['RUNNING', 'COMPLETED', 'FAILED']),
    startedAt: Timestamp,
    finishedAt: orNull(Timestamp),
    checked: z
      .int()
      .meta({ description: 'How many objects of Stripe, runs and orders were held against the database.' }),
    repaired: z
      .array(z.strictObject({ sessionId: z.string(), action: z.string() }))
      .meta({ description: 'Orders that differed from Stripe and were corrected.' }),
    discrepancies: z
      .array(
        z.strictObject({
          id: z.string().meta({ description: 'By which it can be accepted: the same for as long as it is known.' }),
          kind: z.enum(DISCREPANCY_KINDS),
          reference: z.string(),
          detail: z.string(),
        }),
      )
      .meta({ description: 'What Stripe and the orders did not agree about when it ended.' }),
    skipped: z
      .array(z.strictObject({ reference: z.string(), reason: z.string() }))
      .meta({ description: 'What it had to skip while the rest went on. The next sweep tries again.' }),
    failure: orNull(z.string()).meta({ description: 'Why it failed.' }),
  })
  .meta({ id: 'Reconciliation' });

/** Sweeps of Stripe's lists, and what they found. */
export const reconciliationRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/admin/reconciliations',
    tag: 'Staff',
    summary: 'Run a sweep now, at least 25 hours back',
    description: 'Beside the sweeps that run by themselves. A repeat under the same Idempotency-Key is the same sweep.',
    headers: KeyHeader,
    answers: {
      202: { description: 'It runs; look for its end under this id.', schema: z.strictObject({ id: z.uuid() }) },
    },
    handle: async ({ headers }) => {
      const id = requestId('reconciliation', headers['idempotency-key']);
      await start(deps, id);
      await requestSweep(deps.db, { id, at: new Date(deps.clock.now()) });
      return { status: 202, body: { id } };
    },
  }),
  route({
    method: 'get',
    path: '/admin/reconciliations/{id}',
    tag: 'Staff',
    summary: 'A sweep, what it repaired and what it found',
    params: z.strictObject({ id: text(64).meta({ description: 'Its id, or `latest`.' }) }),
    answers: { 200: { description: 'The sweep as it stands.', schema: Reconciliation } },
    problems: ['not_found'],
    handle: async ({ params: { id } }) => ({ body: await read(deps, id) }),
  }),
];

/**
 * Starts a sweep. Durable when it returns, even if no worker runs. Each id starts one sweep, for as long as Temporal or
 * the database remembers it.
 */
async function start({ temporal, db }: ApiDeps, id: string): Promise<void> {
  if (await isKnownSweep(db, id)) return;
  const workflowIdReusePolicy = WorkflowIdReusePolicy.REJECT_DUPLICATE;
  try {
    await bounded(temporal, TEMPORAL_MS, () =>
      temporal.workflow.start(WORKFLOWS.reconcile, {
        ...reconcileStart({ id, trigger: 'staff' }),
        workflowIdReusePolicy,
      }),
    );
  } catch (error) {
    if (!isAlreadyStarted(error)) throw error;
  }
}

async function read({ db }: ApiDeps, ref: string): Promise<z.input<typeof Reconciliation>> {
  const sweep = ref === 'latest' || isUuid(ref) ? await readSweep(db, ref) : null;
  if (sweep === null) throw new Problem('not_found', 'There is no such reconciliation.');
  const { startedAt, finishedAt, ...rest } = sweep;
  return { ...rest, startedAt: timestamp(startedAt), finishedAt: timestampOrNull(finishedAt) };
}
