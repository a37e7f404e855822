import type { Payload } from '@temporalio/common';

/**
 * Never encoded: search attributes, which Temporal itself reads, and what the SDK's core notes about a local activity
 * or a patch for its own replay: numbers, times, and the activity's or patch's name.
 */
const NOT_OURS = new Set(['searchAttributes', 'data', 'patch-data']);

/** Every payload of ours in a history. */
export function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if (metadataOf(value, 'encoding') !== '') return [value as Payload];
  return Object.entries(value).flatMap(([name, inner]) => (NOT_OURS.has(name) ? [] : payloadsIn(inner)));
}

/** The name of the key of a payload; `none` where it is plain. */
export const keyOf = (payload: Payload): string =>
  metadataOf(payload, 'encoding') === 'binary/encrypted' ? metadataOf(payload, 'encryption-key-id') : 'none';

const metadataOf = ({ metadata }: Payload, name: string): string => Buffer.from(metadata?.[name] ?? []).toString();
