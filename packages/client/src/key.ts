/**
 * An idempotency key that nobody else has. `crypto.randomUUID` does not exist on pages served over plain HTTP, except
 * from localhost.
 */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
