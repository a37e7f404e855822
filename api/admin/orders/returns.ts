import { z } from 'zod';
import type { SessionId } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import { CONDITIONS, REASON_OF_RETURN } from '../../../domain/returns';
import { INVALID_TRANSITION, REFUND_EXCEEDS_REMAINING } from '../../../messages/refusals';
import { sha256 } from '../../../platform/sha256';
import { type ReturnRefund, recordReturn } from '../../../store/orders/returns';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { Lines, note, RequiredKey } from '../fields';
import { refuseImpossible } from '../refunds/possible';
import { requestUnderKey } from '../refunds/request';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';
import { tellOrder } from './tell-order';

const ReturnBody = z.strictObject({
  items: Lines.meta({ description: 'What came back; never more than was shipped and has not come back yet.' }),
  condition: z.enum(CONDITIONS).meta({ description: 'Whether the goods return to stock or are written off.' }),
  refund: z
    .strictObject({
      amount: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'In the smallest unit of the order’s currency; absent: what the units cost.' }),
    })
    .optional()
    .meta({
      description:
        'Absent: nothing is refunded. What units cost is their part of the total without shipping, discounts and tax in proportion, or what is left of the order’s money if that is less.',
    }),
  note: note.optional().meta({ description: 'For the timeline; never leaves the database.' }),
});
type ReturnBody = z.output<typeof ReturnBody>;

/** A return as staff report it. */
interface ReturnAsked {
  sessionId: SessionId;
  idempotencyKey: string;
  body: ReturnBody;
  /** The name of who reports it. */
  actor: string;
}

/** `POST /admin/orders/{ref}/returns`: goods came back, whether the order's workflow is running or has ended. */
export const returnRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/returns',
    summary: 'Record goods that came back',
    description:
      'Once a key: the same key with the same body is one return, with one refund and one mail. If a rule refuses the refund, nothing is recorded: send the return without it. If Stripe takes longer than 8 s, the answer is the order as it is, with the refund listed as `requested`, and the rest follows. While a dispute is open, goods can be recorded without a refund.',
    headers: RequiredKey,
    body: ReturnBody,
    problems: ['unknown_order', 'idempotency_key_reused', 'refund_exceeds_remaining', 'invalid_transition'],
    handle: async ({ params, headers, body, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      await refuseImpossible(deps, sessionId, { amount: body.refund?.amount, path: 'refund.amount' });
      await takeBack(deps, { sessionId, idempotencyKey: headers['idempotency-key'], body, actor });
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

/**
 * Records the return, then tells the order's workflow, which mails the customer, and requests the refund as any other.
 * What is recorded is done, however long that takes: the sweep finds a mail or a refund that nobody carries out.
 */
async function takeBack(deps: ApiDeps, { sessionId, idempotencyKey, body, actor }: ReturnAsked): Promise<void> {
  const { items, condition, refund, note } = body;
  const requestHash = sha256(JSON.stringify([items, condition, refund ?? null, note ?? null]));
  const asked = { sessionId, key: sha256(idempotencyKey), requestHash, items, condition };
  const recorded = await recordReturn(deps.db, {
    ...{ ...asked, remark: note, actor, at: new Date(deps.clock.now()) },
    refund: refund ? { ...(refund.amount !== undefined && { amount: refund.amount }) } : null,
  });
  if (recorded.outcome === 'key-reused')
    throw new Problem('idempotency_key_reused', 'This key was used for another return of this order.');
  if (recorded.outcome === 'refused') {
    const code = recorded.code === REFUND_EXCEEDS_REMAINING ? REFUND_EXCEEDS_REMAINING : INVALID_TRANSITION;
    throw new Problem(code, `${recorded.reason}.`);
  }
  const forRefund = { ...recorded, sessionId, requestHash, actor };
  await Promise.all([tellOrder(deps, sessionId), askForRefund(deps, forRefund)]);
}

/** @throws 409 if a rule refuses the refund since the return was recorded. The same key then asks for it anew. */
async function askForRefund(
  deps: ApiDeps,
  { refund, ...asked }: { refund: ReturnRefund | null; sessionId: SessionId; requestHash: string; actor: string },
): Promise<void> {
  if (refund === null) return;
  const request = { amount: refund.amount, reason: REASON_OF_RETURN };
  try {
    await requestUnderKey(deps, { ...asked, key: refund.requestKey, request });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 409) throw error;
    throw new Problem(error.code, `The return is recorded, its refund is not made. ${error.detail}`);
  }
}
