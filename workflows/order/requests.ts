import { PLACEHOLDER } from '../../domain/action-examples';
import { RESOLUTIONS } from '../../domain/action-facts';
import { isRefundId, isSku } from '../../domain/ids';
import { isPossible, stepOf } from '../../domain/money';
import { HOLD_REASONS, REASONS } from '../../domain/order';
import { CONDITIONS } from '../../domain/returns';
import { storable } from '../../domain/text';
import type {
  CancelRequest,
  HoldRequest,
  RefundRequest,
  ReplaceRequest,
  ResolveRequest,
  ReturnRequest,
  ShipRequest,
} from '../../messages/order';
import { INVALID_REQUEST } from '../../messages/refusals';
import { refusal } from '../refusal';

/**
 * Checks the form of a request before the update is accepted. The API has checked its own requests, but the Temporal UI
 * accepts any JSON. The limits are the API's. Throws a failure of type `invalid_request` that says what to send.
 */
export function checkShip(request: ShipRequest): void {
  const { carrier, trackingNumber, trackingUrl, items, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown, 'carrier', 'trackingNumber', 'trackingUrl', 'items');
  if (!isText(carrier, 60)) throw refuse('carrier must be text of 1 to 60 characters');
  if (!isText(trackingNumber, 100)) throw refuse('trackingNumber must be text of 1 to 100 characters');
  if (trackingUrl !== undefined && !(isText(trackingUrl, 2_000) && /^https?:\/\/\S+$/.test(trackingUrl))) {
    throw refuse('trackingUrl must be an http or https URL');
  }
  if (trackingNumber === PLACEHOLDER) throw refuse(`put the parcel’s own number in place of ${PLACEHOLDER}`);
  checkLines('items', items, 'absent for all');
}

/** As `checkShip`, for `hold`. */
export function checkHold(request: HoldRequest): void {
  const { reason, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown, 'reason');
  if (!HOLD_REASONS.some((one) => one === reason)) throw refuse(`reason must be one of ${HOLD_REASONS.join(', ')}`);
}

/** As `checkShip`, for `cancel`. */
export function checkCancel(request: CancelRequest): void {
  const { reason, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown, 'reason');
  checkReason(reason);
}

/** As `checkShip`, for `refund`. `currency` is the order's; null before the order is opened. */
export function checkRefund(request: RefundRequest, currency: string | null): void {
  const { amount, reason, restock, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown, 'amount', 'reason', 'restock');
  checkReason(reason);
  checkAmount(amount, currency, 'all that is left');
  checkLines('restock', restock, 'absent for none');
}

/** As `checkRefund`, for `return`. */
export function checkReturn(request: ReturnRequest, currency: string | null): void {
  const { items, condition, refund, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown, 'items', 'condition', 'refund');
  checkLines('items', items);
  if (!CONDITIONS.some((one) => one === condition)) throw refuse(`condition must be one of ${CONDITIONS.join(', ')}`);
  if (refund === undefined) return;
  const { amount, ...others } = fieldsOf(refund, 'refund', '{ "amount" }, or {} for what the units cost');
  refuseUnknown(others, 'amount');
  checkAmount(amount, currency, 'what the units cost');
}

/** As `checkShip`, for `replace`. */
export function checkReplace(request: ReplaceRequest): void {
  const { items, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown, 'items');
  const others = Array.isArray(items) ? items.map((line) => fieldsOf(line, 'items', LINES)) : [];
  checkLines('items', Array.isArray(items) ? others.map(({ with: _, ...line }) => line) : items);
  for (const { sku, with: other } of others) {
    if (other === PLACEHOLDER) throw refuse(`put the SKU to send in place of ${PLACEHOLDER}`);
    if (other !== undefined && (typeof other !== 'string' || !isSku(other) || other === sku))
      throw refuse(`items: with must be another stock keeping unit than ${sku}, or absent for the same`);
  }
}

/** As `checkShip`, for `resolve`. */
export function checkResolve(request: ResolveRequest): void {
  const { how, request: named, refundId, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown, 'how', 'request', 'refundId');
  if (!RESOLUTIONS.some((one) => one === how)) throw refuse(`how must be one of ${RESOLUTIONS.join(', ')}`);
  if (named !== undefined && (how === 'accept' || !isText(named, 500)))
    throw refuse('request must be that of a refund in the list, to withdraw or settle it');
  if (refundId !== undefined && (how !== 'settled_elsewhere' || typeof refundId !== 'string' || !isRefundId(refundId)))
    throw refuse('refundId must be the id of a refund at Stripe, with settled_elsewhere');
}

function checkReason(reason: unknown): void {
  if (!REASONS.some((one) => one === reason)) throw refuse(`reason must be one of ${REASONS.join(', ')}`);
}

/** @param absent what is refunded where no amount is named */
function checkAmount(amount: unknown, currency: string | null, absent: string): void {
  if (amount === undefined) return;
  if (!(Number.isSafeInteger(amount) && (amount as number) > 0))
    throw refuse(`amount must be a whole number from 1, in the smallest unit, or absent for ${absent}`);
  if (currency !== null && !isPossible({ amount: amount as number, currency }))
    throw refuse(`amount must be a multiple of ${stepOf(currency)} in ${currency}`);
}

/** @param absent what it means that the field is absent, if it may be */
function checkLines(field: string, lines: unknown, absent?: string): void {
  if (lines === undefined && absent !== undefined) return;
  if (!Array.isArray(lines) || lines.length === 0)
    throw refuse(`${field} must be ${LINES}${absent === undefined ? '' : `, or ${absent}`}`);
  for (const line of lines) {
    const { sku, quantity, ...others } = fieldsOf(line, field, LINES);
    refuseUnknown(others, 'sku', 'quantity');
    if (typeof sku !== 'string' || !isSku(sku)) throw refuse(`${field}: sku must be a stock keeping unit`);
    if (!Number.isInteger(quantity) || (quantity as number) < 1)
      throw refuse(`${field}: the quantity of ${sku} must be a whole number from 1`);
  }
  if (new Set(lines.map(({ sku }) => sku)).size < lines.length) throw refuse(`${field}: a SKU is named twice`);
}

const LINES = 'a list of { "sku", "quantity" }';

/** @param field what the value is of; absent: the whole request. @param shape what it must be */
function fieldsOf(value: unknown, field?: string, shape?: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(field === undefined ? 'send one JSON object' : `${field} must be ${shape}`);
  return { ...value };
}

/** @param known the fields that there are */
function refuseUnknown(fields: Record<string, unknown>, ...known: string[]): void {
  const [name] = Object.keys(fields);
  if (name === undefined) return;
  // A note belongs in the database, where the API writes it, not in a history that is not encrypted.
  if (name === 'note') throw refuse('a note is taken by the staff API alone: it must not stand in Temporal');
  // Anything may have been pasted there: only what looks like the name of a field is repeated in a history.
  const wrong = /^[\w-]{1,40}$/.test(name) ? `${name} is not known` : 'a name has blanks or signs in it';
  throw refuse(`${wrong}: there is ${known.join(', ')}`);
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.trim().length > 0 && value.length <= most && storable(value) === value;

const refuse = (message: string) => refusal(message, INVALID_REQUEST);
