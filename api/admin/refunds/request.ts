import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import type { SessionId } from '../../../domain/ids';
import { isFinal } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import type { Refund } from '../../../domain/refund';
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
import { readPayment } from '../../../store/orders/payment-of';
import { readRequest, refuseStored, storeRequest } from '../../../store/refunds/staff-requests';
import type { ApiDeps } from '../../deps';
import { bounded } from '../../order-workflow';
import { hasFailed, isAlreadyStarted, refusalOf } from '../../temporal-errors';
import { sendUpdate } from '../orders/send-update';

/** How long staff wait for Stripe in all; after it the request is stored, and goes on. */
const PATIENCE_MS = 8_000;

/**
 * Asks for a refund, once a key: writes down what is asked, then asks the order's workflow, or, where that has ended,
 * starts one for the request. Comes back when Stripe has answered, or when the patience is over.
 * @throws 409 `idempotency_key_reused`, `refund_exceeds_remaining`, `invalid_transition`
 */
export async function requestRefund(
  deps: ApiDeps,
  sessionId: SessionId,
  idempotencyKey: string,
  request: RefundRequest,
  note?: string,
): Promise<void> {
  const { db, clock } = deps;
  const key = hash(idempotencyKey);
  const stored = await storeRequest(db, {
    ...{ ...request, sessionId, requestKey: key, remark: note },
    requestHash: hash(JSON.stringify([request, note ?? null])),
    at: new Date(clock.now()),
  });
  if (stored === null)
    throw new Problem('idempotency_key_reused', 'This key was used for another refund of this order.');
  if (stored.stripeId === null && stored.status === 'requested') await ask(deps, sessionId, key, request);
  refuseAsWritten(await readRequest(db, { sessionId, requestKey: key }));
}

/**
 * Through the order's workflow while it runs; what it refuses because it has just ended, a workflow of the request's
 * own takes from there.
 */
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
  isFinal((await readPayment(db, sessionId)).status);

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
  const code = type === REFUND_EXCEEDS_REMAINING ? REFUND_EXCEEDS_REMAINING : INVALID_TRANSITION;
  const refusal = { code, reason: message } as const;
  await refuseStored(db, { sessionId, requestKey: key, refusal, at: new Date(clock.now()) });
}

/**
 * Starts the workflow of a request, or finds it, and waits for what comes of it.
 * @returns null where Stripe takes longer than `ms`, or the run was ended by hand: the request is stored, and is
 *   taken up again by its key
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
function refuseAsWritten({ refusal }: Refund): void {
  if (refusal === null) return;
  const code = refusal.code === REFUND_EXCEEDS_REMAINING ? REFUND_EXCEEDS_REMAINING : INVALID_TRANSITION;
  throw new Problem(code, `${refusal.reason}.`);
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
