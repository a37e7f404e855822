import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import type { SessionId } from '../../../domain/ids';
import { isFinal } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { WORKFLOWS } from '../../../messages/names';
import { type RefundRequest, refundUpdate } from '../../../messages/order';
import {
  type RefundRequestInput,
  type RefundRequestResult,
  refundRequestId,
  refundRequestStart,
} from '../../../messages/refund-request';
import { INVALID_TRANSITION, REFUND_EXCEEDS_REMAINING } from '../../../messages/refusals';
import { within } from '../../../platform/within';
import type { Refund } from '../../../prisma/generated/client';
import type { ApiDeps } from '../../deps';
import { bounded } from '../../order-workflow';
import { hasFailed, isAlreadyStarted, refusalOf } from '../../temporal-errors';
import { sendUpdate } from '../orders/send-update';

/** How long staff wait for Stripe in all; after it the request is stored, and goes on. */
const PATIENCE_MS = 8_000;

/**
 * Asks for a refund, once a key: writes down what is asked, then asks the order's workflow, or, where that has ended, starts one for the request.
 * Comes back when Stripe has answered, or when the patience is over.
 * @throws 409 `idempotency_key_reused`, `refund_exceeds_remaining`, `invalid_transition`
 */
export async function requestRefund(
  deps: ApiDeps,
  sessionId: SessionId,
  idempotencyKey: string,
  request: RefundRequest,
  note?: string,
): Promise<void> {
  const key = hash(idempotencyKey);
  const row = await store(deps, sessionId, key, request, note);
  if (row.stripeId === null && row.status === 'requested') await ask(deps, sessionId, key, request);
  refuseAsWritten(await deps.db.refund.findUniqueOrThrow({ where: { key: row.key } }));
}

/** The row of the request, as the first under this key wrote it; what staff remark stands beside it, and travels nowhere. */
async function store(
  { db, clock }: ApiDeps,
  sessionId: SessionId,
  requestKey: string,
  request: RefundRequest,
  note: string | undefined,
): Promise<Refund> {
  const at = new Date(clock.now());
  const key = rowKey(sessionId, requestKey);
  const requestHash = hash(JSON.stringify([request, note ?? null]));
  const { amount = null, reason, restock } = request;
  return db.$transaction(async (tx) => {
    const { currency } = await tx.order.findUniqueOrThrow({ where: { sessionId }, select: { currency: true } });
    const asked = { amount, currency, reason, actor: 'staff', requestHash, requestKey, ...(restock && { restock }) };
    const { count } = await tx.refund.createMany({
      data: [
        { key, sessionId, ...asked, origin: 'STAFF', status: 'requested', attempt: 0, createdAt: at, updatedAt: at },
      ],
      skipDuplicates: true,
    });
    if (count === 1 && note !== undefined) {
      const entry = { sessionId, at, type: 'note', actor: 'staff', key: `note/refund/${requestKey}` };
      await tx.timelineEntry.create({ data: { ...entry, message: `Asked to refund (${reason})`, note } });
    }
    const row = await tx.refund.findUniqueOrThrow({ where: { key } });
    if (row.requestHash === requestHash) return row;
    throw new Problem('idempotency_key_reused', 'This key was used for another refund of this order.');
  });
}

/** Through the order's workflow while it runs; what it refuses because it has just ended, a workflow of the request's own takes from there. */
async function ask(deps: ApiDeps, sessionId: SessionId, key: string, request: RefundRequest): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  if (!(await isDone(deps, sessionId))) {
    const asked = await askOrder(deps.temporal, sessionId, key, request);
    if (asked === 'taken') return;
    if (asked !== 'ended' && !(await isDone(deps, sessionId))) return writeRefusal(deps, sessionId, key, asked);
  }
  await startRequest(deps.temporal, { sessionId, key, request }, deadline - Date.now());
}

const isDone = async ({ db }: ApiDeps, sessionId: SessionId): Promise<boolean> =>
  isFinal((await db.order.findUniqueOrThrow({ where: { sessionId }, select: { status: true } })).status);

/** What the order's workflow says: taken (done, or it will be), that it has ended, or why it refuses. */
async function askOrder(
  temporal: Client,
  sessionId: SessionId,
  key: string,
  request: RefundRequest,
): Promise<'taken' | 'ended' | ApplicationFailure> {
  try {
    const outcome = await sendUpdate(temporal, { sessionId, update: refundUpdate, args: [request], updateId: key });
    return outcome === 'ended' ? 'ended' : 'taken';
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) return refusal;
    throw error;
  }
}

/** An order that refuses a request at once has asked nobody: the row says so too, and speaks for no money. */
async function writeRefusal(
  { db, clock }: ApiDeps,
  sessionId: SessionId,
  key: string,
  { type, message }: ApplicationFailure,
): Promise<void> {
  const refusal = type === REFUND_EXCEEDS_REMAINING ? REFUND_EXCEEDS_REMAINING : INVALID_TRANSITION;
  await db.refund.updateMany({
    where: { key: rowKey(sessionId, key), status: 'requested', attempt: 0 },
    data: { status: 'refused', refusal, refusalReason: message, updatedAt: new Date(clock.now()) },
  });
}

/**
 * Starts the workflow of a request, or finds it, and waits for what comes of it.
 * @returns null where Stripe takes longer than `ms`, or the run was ended by hand: the request is stored, and is taken up again by its key
 */
export async function startRequest(
  temporal: Client,
  input: RefundRequestInput,
  ms: number,
): Promise<RefundRequestResult | null> {
  const deadline = Date.now() + ms;
  const { workflow } = temporal;
  const id = refundRequestId(input.sessionId, input.key);
  // Whatever patience is left, the request is stored: starting it takes milliseconds.
  const handle = await bounded(temporal, Math.max(1_000, ms), () =>
    workflow.start(WORKFLOWS.refundRequest, refundRequestStart(input)).catch((error: unknown) => {
      if (isAlreadyStarted(error)) return workflow.getHandle(id);
      throw error;
    }),
  );
  const patience = Math.max(1, deadline - Date.now());
  try {
    // The deadline of the call comes after the patience, so that it only ends what nobody waits for any more.
    return await within(
      patience,
      temporal.withDeadline(deadline + 1_000, () => handle.result()),
      () => LATE,
    );
  } catch (error) {
    if (error === LATE || hasFailed(error)) return null;
    throw error;
  }
}

const LATE = new Error('Stripe takes longer than anybody waits');

/** A refusal is the answer under its key, each time. */
function refuseAsWritten({ refusal, refusalReason }: Refund): void {
  if (refusal === null) return;
  const code = refusal === REFUND_EXCEEDS_REMAINING ? REFUND_EXCEEDS_REMAINING : INVALID_TRANSITION;
  throw new Problem(code, `${refusalReason}.`);
}

const rowKey = (sessionId: SessionId, key: string): string => `${sessionId}/staff/${key}`;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
