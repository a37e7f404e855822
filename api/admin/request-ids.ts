import { randomUUID } from 'node:crypto';
import { sha256 } from '../../platform/sha256';

/**
 * The id of something that staff ask for: a new one, or the one that belongs to the caller's key.
 * @param kind what is asked for: each kind has keys of its own
 */
export function requestId(kind: string, key: string | undefined): string {
  if (key === undefined) return randomUUID();
  const hash = sha256(`${kind}/${key}`);
  // A UUID of version 8, whose content each application defines itself (RFC 9562, section 5.8).
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

export const isUuid = (given: string): boolean => UUID.test(given);

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
