import { ApplicationFailure } from '@temporalio/workflow';
import { isSku } from '../../domain/ids';
import { REASONS } from '../../domain/order';
import { type CancelRequest, INVALID_REQUEST, type ShipRequest } from '../messages';

/**
 * The shape of what staff ask, checked before an update is accepted: the API has checked its own, but the Temporal UI's form takes any JSON.
 * The same limits as the API's. Throws a failure of type `invalid_request` that says what to send.
 */
export function checkShip(request: ShipRequest): void {
  const { carrier, trackingNumber, trackingUrl, items, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown);
  if (!isText(carrier, 60)) throw refuse('carrier must be text of 1 to 60 characters');
  if (!isText(trackingNumber, 100)) throw refuse('trackingNumber must be text of 1 to 100 characters');
  if (trackingUrl !== undefined && !(isText(trackingUrl, 2_000) && /^https?:\/\/\S+$/.test(trackingUrl))) {
    throw refuse('trackingUrl must be an http or https URL');
  }
  if (items === undefined) return;
  if (!Array.isArray(items) || items.length === 0)
    throw refuse('items must be a list of { "sku", "quantity" }, or absent for all');
  for (const item of items) {
    const { sku, quantity, ...others } = fieldsOf(item);
    refuseUnknown(others);
    if (typeof sku !== 'string' || !isSku(sku)) throw refuse('items: sku must be a stock keeping unit');
    if (!Number.isInteger(quantity) || (quantity as number) < 1)
      throw refuse(`items: the quantity of ${sku} must be a whole number from 1`);
  }
  if (new Set(items.map(({ sku }) => sku)).size < items.length) throw refuse('items: a SKU is named twice');
}

/** As `checkShip`, for `cancel`. */
export function checkCancel(request: CancelRequest): void {
  const { reason, ...unknown } = fieldsOf(request);
  refuseUnknown(unknown);
  if (!REASONS.some((one) => one === reason)) throw refuse(`reason must be one of ${REASONS.join(', ')}`);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('send one JSON object');
  return { ...value };
}

function refuseUnknown(fields: Record<string, unknown>): void {
  const [name] = Object.keys(fields);
  // A note belongs into the database (the API writes it there), not into a history that is never encrypted.
  if (name !== undefined)
    throw refuse(
      name === 'note'
        ? 'a note is taken by the staff API alone: it must not stand in Temporal'
        : 'a field is not known',
    );
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.trim().length > 0 && value.length <= most;

const refuse = (message: string) => ApplicationFailure.nonRetryable(message, INVALID_REQUEST);
