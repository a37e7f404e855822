import { createHmac } from 'node:crypto';

/**
 * The `Stripe-Signature` header: `t=…,v1=…`, with one `v1` per secret, since several are valid while one is being
 * rolled.
 * @param seconds the time of sending, in seconds since 1970
 */
export function signatureHeader(payload: string, secrets: string[], seconds: number): string {
  const signatures = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex'),
  );
  return [`t=${seconds}`, ...signatures.map((signature) => `v1=${signature}`)].join(',');
}
