import type { Client, WorkflowHandle } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import type { SessionId } from '../../../domain/ids';
import { isFinal } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { isResolved, type Refund, refundUpdateId } from '../../../domain/refund';
import type { Refusal } from '../../../domain/refundable';
import { WORKFLOWS } from '../../../messages/names';
import { type RefundRequest, refundUpdate } from '../../../messages/order';
import {
  type RefundRequestInput,
  type RefundRequestResult,
  refundRequestId,
  refundRequestStart,
} from '../../../messages/refund-request';
import { INVALID_TRANSITION, REFUND_EXCEEDS_REMAINING } from '../../../messages/refusals';
import { sha256 } from '../../../platform/sha256';
import { hasFailed, isAlreadyStarted, refusalOf } from '../../../platform/temporal-errors';
import { within } from '../../../platform/within';
import { readPayment } from '../../../store/orders/payment-of';
import { readRequest, refuseStored, storeRequest } from '../../../store/refunds/staff-requests';
import type { ApiDeps } from '../../deps';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isUnavailable } from '../../temporal-errors';
import { sendUpdate } from '../orders/send-update';

/** A refund as staff request it. */
interface RefundAsked {
  sessionId: SessionId;
  idempotencyKey: string;
  request: RefundRequest;
  note?: string | undefined;
  /** The name of who requests it. */
  actor: string;
}

/**
 * Requests a refund, once per key. Records the request, then sends it to the order's workflow or, if that has ended,
 * starts a workflow for it. Returns once Stripe has answered, or after 8 s, even if no worker runs. A refusal by a rule
 * is not remembered: the same key is judged by what the order is by then.
 * @throws 409 `idempotency_key_reused`, `refund_exceeds_remaining`, `invalid_transition`
 */
export async function requestRefund(
  deps: ApiDeps,
  { sessionId, idempotencyKey, request, note, actor }: RefundAsked,
): Promise<void> {
  const requestHash = sha256(JSON.stringify([request, note ?? null]));
  await requestUnderKey(deps, { sessionId, key: sha256(idempotencyKey), requestHash, request, note, actor });
}

/** As `requestRefund`, under the key of a request that is stored already, or is stored now. */
export async function requestUnderKey(
  deps: ApiDeps,
  asked: Omit<RefundAsked, 'idempotencyKey'> & { key: string; requestHash: string },
): Promise<void> {
  const { db, clock } = deps;
  const { sessionId, key, requestHash, request, note, actor } = asked;
  const stored = await storeRequest(db, {
    ...{ ...request, sessionId, requestKey: key, remark: note, requestHash, actor },
    at: new Date(clock.now()),
  });
  if (stored !== null && 'code' in stored) throw new Problem(codeOf(stored.code), `${stored.reason}.`);
  if (stored === null)
    throw new Problem('idempotency_key_reused', 'This key was used for another refund of this order.');
  if (stored.stripeId === null && stored.status === 'requested')
    await ask(deps, { sessionId, request, actor }, stored).catch((error: unknown) => {
      // The request is stored, so the update or the sweep carries it out once Temporal and a worker are back.
      if (!isUnavailable(error)) throw error;
    });
  refuseAsWritten(await readRequest(db, { sessionId, requestKey: key }));
}

/**
 * Sends the request to the order's workflow while it runs. If that workflow has just ended, starts one for the request
 * instead.
 */
async function ask(
  deps: ApiDeps,
  asked: Pick<RefundAsked, 'sessionId' | 'request' | 'actor'>,
  { requestKey, refusals }: Pick<Refund, 'requestKey' | 'refusals'>,
): Promise<void> {
  const { sessionId, request } = asked;
  const deadline = Date.now() + STAFF_PATIENCE_MS;
  const key = requestKey as string;
  if (!(await isDone(deps, sessionId))) {
    const answer = await askOrder(deps, asked, refundUpdateId(key, refusals));
    if (answer === 'taken') return;
    if (answer !== 'ended' && !(await isDone(deps, sessionId))) return writeRefusal(deps, sessionId, key, answer);
  }
  const { currency } = await readPayment(deps.db, sessionId);
  const input = { sessionId, key, request, currency };
  await startRequest(deps.temporal, input, deadline - Date.now(), { again: refusals > 0 });
}

const isDone = async ({ db }: ApiDeps, sessionId: SessionId): Promise<boolean> =>
  isFinal((await readPayment(db, sessionId)).status);

/** The answer of the order's workflow: accepted (done, or it will be), ended, or refused with a reason. */
async function askOrder(
  deps: ApiDeps,
  { sessionId, request, actor }: Pick<RefundAsked, 'sessionId' | 'request' | 'actor'>,
  updateId: string,
): Promise<'taken' | 'ended' | ApplicationFailure> {
  try {
    const outcome = await sendUpdate(deps, { sessionId, update: refundUpdate, args: [request], updateId, actor });
    return outcome === 'ended' ? 'ended' : 'taken';
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) return refusal;
    throw error;
  }
}

/** If the order refuses at once, Stripe was never asked: the row records the refusal and reserves no money. */
async function writeRefusal(
  { db, clock }: ApiDeps,
  sessionId: SessionId,
  key: string,
  { type, message }: ApplicationFailure,
): Promise<void> {
  const refusal: Refusal = { code: codeOf(type), reason: message };
  await refuseStored(db, { sessionId, requestKey: key, refusal, at: new Date(clock.now()) });
}

/**
 * Starts the workflow of a request, or finds it, and waits for the result.
 * @param again a completed run does not count, because the request is to be judged anew
 * @returns as `resultBefore`
 */
export async function startRequest(
  temporal: Client,
  input: RefundRequestInput,
  ms: number,
  { again = false } = {},
): Promise<RefundRequestResult | null> {
  const deadline = Date.now() + ms;
  const { workflow } = temporal;
  const id = refundRequestId(input.sessionId, input.key);
  // Start it even if no time is left: the request is stored, and starting its workflow takes milliseconds.
  const handle = await bounded(temporal, Math.max(1_000, ms), () =>
    workflow.start(WORKFLOWS.refundRequest, refundRequestStart(input, { again })).catch((error: unknown) => {
      if (isAlreadyStarted(error)) return workflow.getHandle(id);
      throw error;
    }),
  );
  return resultBefore(temporal, handle, deadline);
}

/**
 * Waits for the result of a request.
 * @returns null if Stripe takes longer, or the run was terminated: the request is stored, and its key starts it again
 */
export async function resultBefore(
  temporal: Client,
  run: Pick<WorkflowHandle, 'result'>,
  deadline: number,
): Promise<RefundRequestResult | null> {
  const patience = Math.max(1, deadline - Date.now());
  try {
    // The deadline of the call is later than the wait, so it only ends calls that nothing is waiting for.
    return await within(
      patience,
      temporal.withDeadline(deadline + 1_000, () => run.result()),
      () => LATE,
    );
  } catch (error) {
    if (error === LATE || hasFailed(error)) return null;
    throw error;
  }
}

/** @throws 409 if a rule refused the request. A refusal by Stripe is shown in the order's document. */
export function refuseResult(result: RefundRequestResult | null): void {
  if (result?.outcome !== 'refused') return;
  throw new Problem(codeOf(result.code), `${result.reason}.`);
}

const LATE = new Error('Stripe takes longer than anybody waits');

/** @throws 409 if a rule refused it. A refusal by Stripe is no error of the request: the order's document shows it. */
function refuseAsWritten({ refusal, refusedAt, status }: Refund): void {
  if (refusal === null || refusedAt !== null || isResolved(status)) return;
  throw new Problem(codeOf(refusal.code), `${refusal.reason}.`);
}

const codeOf = (code: string | null | undefined): 'refund_exceeds_remaining' | 'invalid_transition' =>
  code === REFUND_EXCEEDS_REMAINING ? REFUND_EXCEEDS_REMAINING : INVALID_TRANSITION;
