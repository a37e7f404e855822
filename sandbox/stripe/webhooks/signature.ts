import { createHmac } from 'node:crypto';

/**
 * The `Stripe-Signature` header: `t=…,v1=…`, one `v1` for each secret that is in force while one is rolled.
 * @param seconds when it is sent, seconds since 1970
 */
export function signatureHeader(payload: string, secrets: string[], seconds: number): string {
  const signatures = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex'),
  );
  return [`t=${seconds}`, ...signatures.map((signature) => `v1=${signature}`)].join(',');
}
