import { z } from 'zod';
import { filterOf, MOST_IN_BULK } from '../../../domain/bulk';
import { Problem } from '../../../domain/problem';
import { bulkStart } from '../../../messages/bulk';
import { WORKFLOWS } from '../../../messages/names';
import { sha256 } from '../../../platform/sha256';
import { readBulk, writeBulk } from '../../../store/bulk/bulks';
import { findMatching } from '../../../store/bulk/matching';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { startUnlessRunning } from '../../order-workflow';
import { isUnavailable } from '../../temporal-errors';
import { KeyHeader } from '../fields';
import { isUuid, requestId } from '../request-ids';
import { Bulk, BulkRequest, bulkDocument, Matched, Started } from './documents';

/** Once it is written down, it is done: if Temporal does not answer in this time, the sweep starts it. */
const TEMPORAL_MS = 2_000;

/** `/admin/bulk`: the same for many orders at once. */
export const bulkRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/admin/bulk',
    tag: 'Staff',
    summary: `Cancel or retry up to ${MOST_IN_BULK} orders`,
    description:
      'The orders are chosen now, in the database. Each is looked at again when its turn comes, and refused if it no longer matches. What may be done with it is what `cancel` or `retry` of this order alone may do; `retry` leaves alone what needs a decision by a person, except a refund that failed or that Stripe refuses. A repeat under the same Idempotency-Key is the same bulk.',
    headers: KeyHeader,
    body: BulkRequest,
    answers: {
      200: { description: 'Of a dry run: the orders that match now, oldest first.', schema: Matched },
      202: { description: 'It is written down and runs; look for its progress under this id.', schema: Started },
    },
    problems: ['idempotency_key_reused'],
    handle: async ({ headers, body, actor }) =>
      body.dryRun ? dryRun(deps, body) : start(deps, { request: body, actor, key: headers['idempotency-key'] }),
  }),
  route({
    method: 'get',
    path: '/admin/bulk/{id}',
    tag: 'Staff',
    summary: 'How far a bulk has come, and what was refused',
    params: z.strictObject({ id: text(64).meta({ description: 'Its id.' }) }),
    answers: { 200: { description: 'The bulk as it stands.', schema: Bulk } },
    problems: ['not_found'],
    handle: async ({ params: { id } }) => {
      const bulk = isUuid(id) ? await readBulk(deps.db, id) : null;
      if (bulk === null) throw new Problem('not_found', 'There is no such bulk.');
      return { body: bulkDocument(bulk) };
    },
  }),
];

async function dryRun({ db }: ApiDeps, request: BulkRequest): Promise<Answer> {
  const { action, limit } = request;
  const orders = await findMatching(db, { action, filter: filterAsked(request), limit });
  return { body: { matched: orders.length, numbers: orders.map(({ number }) => number) } };
}

/** Writes the bulk down, then starts it. If Temporal cannot be reached, the sweep starts it. */
async function start(
  { db, temporal, clock }: ApiDeps,
  { request, actor, key }: { request: BulkRequest; actor: string; key: string | undefined },
): Promise<Answer> {
  const { action, limit } = request;
  const reason = action === 'cancel' ? (request.reason ?? 'other') : null;
  const filter = filterAsked(request);
  const id = requestId('bulk', key);
  const requestHash = sha256(JSON.stringify([action, filter, reason, limit]));
  const at = new Date(clock.now());
  const matched = await writeBulk(db, { id, action, reason, filter, limit, actor, requestHash, at });
  if (matched === null) throw new Problem('idempotency_key_reused', 'This key was used for another bulk.');
  await startUnlessRunning(temporal, WORKFLOWS.bulk, bulkStart({ id, action }), TEMPORAL_MS).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
  });
  return { status: 202, body: { id, matched } };
}

const filterAsked = ({ action, status, attention, olderThan }: BulkRequest) =>
  filterOf(action, {
    ...(status && { status }),
    ...(attention !== undefined && { attention }),
    ...(olderThan !== undefined && { olderThan: new Date(olderThan).toISOString() }),
  });
