import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { PayloadKey, PayloadKeys } from './payload-keys';

const { Payload: PayloadMessage } = temporal.api.common.v1;

/** The form of Temporal's own samples: a whole payload, encrypted, with the name of its key beside it. */
const ENCRYPTED = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** How clients, workers and replays read and write payloads. Without keys it is the SDK's own way. */
export const dataConverterOf = (keys: PayloadKeys | undefined): DataConverter =>
  keys ? { payloadCodecs: [payloadCodec(keys)] } : {};

/**
 * Encrypts what Temporal stores: arguments, results, messages, summaries, details and memos. Ids, names of workflows
 * and activities, search attributes and the texts of failures are no payloads, and stay as they are.
 *
 * Payloads that are not encrypted are read as they are, so that orders from before the switch go on.
 */
export function payloadCodec({ encrypting, all }: PayloadKeys): PayloadCodec {
  const keys = new Map(all.map((one) => [one.id, one]));
  return {
    encode: async (payloads) => (encrypting ? payloads.map((payload) => encrypted(payload, encrypting)) : payloads),
    decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypted(payload, keys) : payload)),
  };
}

/** A payload that cannot be read with the keys that there are. */
export class PayloadUnreadable extends Error {
  override readonly name = 'PayloadUnreadable';
}

function encrypted(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(id));
  const text = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: Buffer.from(ENCRYPTED), 'encryption-key-id': Buffer.from(id) },
    data: Buffer.concat([nonce, ...text, cipher.getAuthTag()]),
  };
}

function decrypted({ metadata, data }: Payload, keys: ReadonlyMap<string, PayloadKey>): Payload {
  const id = text(metadata?.['encryption-key-id']);
  const known = keys.get(id);
  if (!known) throw new PayloadUnreadable(`PAYLOAD_KEYS has no key named "${id}", which encrypted this payload`);
  const bytes = Buffer.from(data ?? []);
  const end = bytes.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(CIPHER, known.key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(end));
    const plain = [decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()];
    return PayloadMessage.decode(Buffer.concat(plain));
  } catch {
    throw new PayloadUnreadable(`the key "${id}" of PAYLOAD_KEYS did not encrypt this payload, or it was changed`);
  }
}

const isEncrypted = ({ metadata }: Payload): boolean => text(metadata?.encoding) === ENCRYPTED;

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
