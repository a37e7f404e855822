/** What went wrong with a connection, as a code without an address in it: `timeout`, `ECONNREFUSED`, else `failed`. */
export function connectionCode(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'timeout';
  const code = cause?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'failed';
}
