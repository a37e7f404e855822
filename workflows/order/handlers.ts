import { CancellationScope, condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { RESOLUTIONS, type UpdateAction } from '../../domain/action-facts';
import { whyNot, whyNotMeanwhile, whyNotYet } from '../../domain/actions';
import { HOLD_REASONS, REASONS } from '../../domain/order';
import { refundableNow } from '../../domain/order-money';
import { requestKeyOf, staffRefundKey } from '../../domain/refund';
import { whyNotOf } from '../../domain/refundable';
import { CONDITIONS } from '../../domain/returns';
import {
  abandonSignal,
  cancelUpdate,
  changedSignal,
  deliverUpdate,
  holdUpdate,
  lookSignal,
  openUpdate,
  orderQuery,
  type RefundRequest,
  refundUpdate,
  releaseUpdate,
  replaceUpdate,
  resolveUpdate,
  retryUpdate,
  returnUpdate,
  shipUpdate,
  stateQuery,
} from '../../messages/order';
import { INVALID_TRANSITION, NEEDLESS } from '../../messages/refusals';
import { refusal } from '../refusal';
import { requestCancel } from './cancel';
import { holdShipping, releaseShipping } from './hold';
import { checkCancel, checkHold, checkRefund, checkReplace, checkResolve, checkReturn, checkShip } from './requests';
import { retry } from './retry';
import type { OrderRun } from './run';

/**
 * Sets the handlers of the order's signals, updates and query. Must run before the workflow's first await, because
 * messages may have arrived with the start.
 */
export function setHandlers(run: OrderRun): void {
  setSignals(run);
  setUpdates(run);
  setHandler(
    openUpdate,
    async () => {
      await CancellationScope.nonCancellable(() => condition(() => run.opening !== null));
      return run.opening as NonNullable<typeof run.opening>;
    },
    { description: 'Not for people: the checkout asks for the stock with it' },
  );
  setHandler(stateQuery, () => run.state);
  setHandler(orderQuery, () => run.report, { description: 'What the details say, as JSON' });
}

function setSignals({ inbox }: OrderRun): void {
  setHandler(lookSignal, () => inbox.put('look'), {
    description: 'Something changed at Stripe: the order reads its session again',
  });
  setHandler(changedSignal, () => inbox.put('changed'), {
    description: 'Others wrote to the order (a refund, a dispute, a review, a warning): it reads itself again',
  });
  setHandler(abandonSignal, () => inbox.put('abandon'), {
    description: 'The shopper left: expires the session, then releases the stock',
  });
}

/**
 * The updates that staff can send. Their form and the order's status are checked at once, everything else by the
 * work. A handler runs where Temporal's *Request Cancellation* of the run cannot reach it.
 */
function setUpdates(run: OrderRun): void {
  const { inbox } = run;
  setHandler(shipUpdate, (request) => inbox.ask({ name: 'ship', request, key: keyOfUpdate() }), {
    validator: (request) => {
      checkShip(request);
      validate(run, 'ship');
    },
    description:
      'Records a parcel and mails the customer: { "carrier", "trackingNumber", "trackingUrl"?, "items"?: [{ "sku", "quantity" }] }',
  });
  setHandler(deliverUpdate, () => inbox.ask({ name: 'deliver', key: keyOfUpdate() }), {
    validator: () => validate(run, 'deliver'),
    description: 'Says that a shipped order arrived; takes nothing',
  });
  setHandler(holdUpdate, (request) => atOnce(() => holdShipping(run, request, keyOfUpdate())), {
    validator: (request) => {
      checkHold(request);
      validate(run, 'hold');
    },
    description: `Stops shipping until release: { "reason": "${HOLD_REASONS.join('" | "')}" }`,
  });
  setHandler(releaseUpdate, () => atOnce(() => releaseShipping(run, keyOfUpdate())), {
    validator: () => validate(run, 'release'),
    description: 'Ends a hold of shipping; takes nothing',
  });
  setHandler(cancelUpdate, (request) => atOnce(() => requestCancel(run, request, keyOfUpdate())), {
    validator: (request) => {
      checkCancel(request);
      validate(run, 'cancel');
    },
    description: `Cancels before anything is shipped, and gives money back: { "reason": "${REASONS.join('" | "')}" }`,
  });
  setHandler(refundUpdate, (request) => inbox.ask({ name: 'refund', request, key: keyOfUpdate() }), {
    validator: (request) => {
      checkRefund(request, run.currency);
      validate(run, 'refund');
      refuseTooMuch(run, request);
    },
    description:
      'Gives money back, all that is left or a part: { "amount"?, "reason", "restock"?: [{ "sku", "quantity" }] }; amounts in the smallest unit',
  });
  setHandler(returnUpdate, (request) => inbox.ask({ name: 'return', request, key: keyOfUpdate() }), {
    validator: (request) => {
      checkReturn(request, run.currency);
      validate(run, 'return');
    },
    description: `Records goods that came back: { "items": [{ "sku", "quantity" }], "condition": "${CONDITIONS.join('" | "')}", "refund"?: { "amount"? } }`,
  });
  setHandler(replaceUpdate, (request) => inbox.ask({ name: 'replace', request, key: keyOfUpdate() }), {
    validator: (request) => {
      checkReplace(request);
      validate(run, 'replace');
    },
    description: 'Sends goods again at no charge: { "items": [{ "sku", "quantity", "with"? }] }',
  });
  setHandler(retryUpdate, () => atOnce(() => retry(run, keyOfUpdate())), {
    validator: () => refuseNeedless(run, 'retry'),
    description: 'Tries the step that needs attention again; takes nothing',
  });
  setHandler(resolveUpdate, (request) => inbox.ask({ name: 'resolve', request, key: keyOfUpdate() }), {
    validator: (request) => {
      checkResolve(request);
      refuseNeedless(run, 'resolve');
    },
    description: `Ends what needs a person: { "how": "${RESOLUTIONS.join('" | "')}", "request"?, "refundId"? }`,
  });
}

/** Not queued behind other requests, and where *Request Cancellation* of the run cannot reach it. */
const atOnce = <T>(work: () => Promise<T>): Promise<T> => CancellationScope.nonCancellable(work);

/** Of the update that this handler performs. */
const keyOfUpdate = (): string => requestKeyOf(currentUpdateInfo()?.id ?? '');

/**
 * Checks the status only: a flag may have been lifted while its message is still on the way. Before the order is
 * opened, nothing is checked here.
 */
function validate({ factsMeanwhile: facts }: OrderRun, action: UpdateAction): void {
  if (facts === null) return;
  const { status, pendingDecision } = facts;
  const refused = whyNotYet(action, { status, pendingDecision }) ?? whyNotMeanwhile(action, facts);
  if (refused !== null) throw refusal(refused);
}

/** A refund that waits for Stripe leaves less to refund. Without one, the database judges under the order's lock. */
function refuseTooMuch(run: OrderRun, { amount }: RefundRequest): void {
  const key = staffRefundKey(run.sessionId, keyOfUpdate());
  const others = run.underWay.refunds.filter((refund) => refund.key !== key);
  if (run.facts === null || others.length === 0) return;
  const { total, refunded = 0, lostAmount = 0, currency } = run.order;
  const refused = whyNotOf(refundableNow({ total, refunded, lostAmount }, others), { lostAmount, currency }, amount);
  if (refused !== null) throw refusal(refused.reason, refused.code);
}

function refuseNeedless({ facts }: OrderRun, action: 'retry' | 'resolve'): void {
  if (facts === null) return;
  const { status, needsAttention, unreached } = facts;
  const refused = whyNot(action, { status, needsAttention, unreached });
  if (refused !== null) throw refusal(refused, INVALID_TRANSITION, NEEDLESS);
}
