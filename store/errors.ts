import { Prisma } from '../prisma/generated/client';

/**
 * Whether PostgreSQL is unreachable, stopping, out of connections, or aborted the statement. Retrying later may help.
 */
export function databaseIsAway(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError)
    return (
      PRISMA_AWAY.has(error.code) ||
      ADAPTER_AWAY.has(causeOf(error.meta)?.kind ?? '') ||
      isAwayState(originalCode(error.meta)) ||
      NETWORK.test(error.code)
    );
  return error instanceof Error && (NETWORK.test(error.message) || isAwayState((error as { code?: string }).code));
}

/**
 * Prisma's codes for: unreachable, timed out, closed, no connection left, transaction aborted, conflict
 * (https://www.prisma.io/docs/orm/reference/error-reference).
 */
const PRISMA_AWAY = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037']);
/**
 * Raw queries always fail with P2010; what happened is in the driver adapter's own error
 * (`@prisma/driver-adapter-utils`, `MappedError`).
 */
const ADAPTER_AWAY = new Set([
  ...['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'],
  ...['TransactionWriteConflict', 'TransactionAlreadyClosed'],
]);
const NETWORK =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout exceeded when trying to connect|Query read timeout/;

/**
 * SQLSTATE classes 08 (connection), 53 (resources) and 57 (operator intervention, time-outs), and the codes 25P03
 * (idle too long), 55P03 (lock not available), 40001 (serialization failure) and 40P01 (deadlock).
 */
const isAwayState = (state: string | undefined): boolean =>
  state !== undefined &&
  (/^(?:08|53|57)[0-9A-Z]{3}$/.test(state) || ['25P03', '55P03', '40001', '40P01'].includes(state));

/**
 * Whether PostgreSQL refuses everything until an operator has put it right: a login (SQLSTATE class 28), a database
 * (3D), or a table, a column or a right that is not there (42).
 */
export const databaseRefusesAll = (error: unknown): boolean => /^(?:28|3D|42)/.test(sqlState(error) ?? '');

/** PostgreSQL's error code, if it gave one (https://www.postgresql.org/docs/18/errcodes-appendix.html). */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof Prisma.PrismaClientKnownRequestError ? originalCode(error.meta) : undefined;

/** The SQLSTATE, which the driver adapter keeps beside Prisma's own code. */
function originalCode(meta: Record<string, unknown> | undefined): string | undefined {
  return causeOf(meta)?.originalCode ?? (typeof meta?.code === 'string' ? meta.code : undefined);
}

const causeOf = (meta: Record<string, unknown> | undefined): { kind?: string; originalCode?: string } | undefined =>
  (meta?.driverAdapterError as { cause?: { kind?: string; originalCode?: string } } | undefined)?.cause;
