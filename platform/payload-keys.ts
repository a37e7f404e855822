import { z } from 'zod';

/** A key that encrypts what Temporal stores. Its name travels with each payload. */
export interface PayloadKey {
  id: string;
  /** 256 bits. */
  key: Buffer;
}

/** The value of `PAYLOAD_KEYS`. */
export interface PayloadKeys {
  /** Encrypts what is written from now on; null while payloads are written as they are. */
  encrypting: PayloadKey | null;
  /** Each can read what it once encrypted. */
  all: PayloadKey[];
}

const KEY_BYTES = 32;
/** In the place of the first key: read what is encrypted, and write as if there were no keys. */
const OFF = 'off';
const ENTRY = /^(?<id>[A-Za-z0-9._-]{1,40}):(?<key>[A-Za-z0-9+/]{43}=)$/;
const FORM =
  'must be `name:key`, separated by commas; a key is the base64 of 32 bytes (`openssl rand -base64 32`), and `off` may stand in front of all';

/** Reads the list of keys, of which the first one encrypts. */
export const payloadKeys = z
  .string()
  .transform((list) => list.split(',').map((one) => one.trim()))
  .transform((entries, context): PayloadKeys => {
    const isOff = entries[0] === OFF;
    const all = entries.slice(isOff ? 1 : 0).flatMap((entry) => {
      const { id, key } = ENTRY.exec(entry)?.groups ?? {};
      return id === undefined || key === undefined ? [] : [{ id, key: Buffer.from(key, 'base64') }];
    });
    const problem = problemOf(entries.length - (isOff ? 1 : 0), all);
    if (problem) context.addIssue({ code: 'custom', message: problem });
    return { encrypting: isOff ? null : (all[0] ?? null), all };
  });

/** What is wrong with the list, without a key in it. */
function problemOf(entries: number, keys: PayloadKey[]): string | undefined {
  if (keys.length < entries || keys.some(({ key }) => key.length !== KEY_BYTES) || keys.length === 0) return FORM;
  const twice = keys.find(({ id }, place) => keys.findIndex((other) => other.id === id) < place);
  return twice && `names ${twice.id} twice`;
}
