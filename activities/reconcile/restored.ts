import { isKnownSweep } from '../../store/reconciliation/sweeps';
import { type PartlySendable, partlySendable } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';
import type { PageRead, PageRequest } from './page';
import { resumeOrders } from './repairs';

/** Each of them is a query, and one that is not answered takes two seconds; ten are asked beside each other. */
const AT_ONCE = 200;

/**
 * Whether the database was restored from a backup: staff say so, or Temporal knows the last sweep and the database does
 * not. The sweep that sees it is known to both when it has succeeded, so that the next one does not see it again.
 */
export async function wasRestored(
  { db, runs, log }: Pick<Deps, 'db' | 'runs' | 'log'>,
  { restored = false }: Pick<PageRequest, 'restored'>,
): Promise<boolean> {
  if (restored) return true;
  const last = await runs.lastSweep();
  if (last === null) return false;
  if (last.id !== null) return !(await isKnownSweep(db, last.id));
  log.warn(
    {},
    'Cannot read which sweep was the last at Temporal. If the database was restored, start one that is told',
  );
  return false;
}

/** Where asking begins: with the newest order that there was at a time. */
export const askFrom = (until: number): string => cursorOf({ sessionId: '', at: new Date(until) });

/**
 * Asks the runs of a page of orders what they have sent. A part of an order may have left since the backup, which
 * neither its status nor any list shows: only its run knows it.
 */
export async function askRuns(
  deps: Deps,
  { id, cursor, limit = AT_ONCE }: { id: string; cursor: string; limit?: number },
): Promise<PageRead> {
  const orders = await partlySendable(deps.db, { after: positionOf(cursor), limit });
  const sessions = orders.map(({ sessionId }) => sessionId);
  const woken = await resumeOrders(deps, id, sessions, { mustAnswer: true });
  const last = orders.at(-1);
  return { checked: orders.length, woken, cursor: last && orders.length === limit ? cursorOf(last) : null };
}

interface Position {
  sessionId: string;
  at: PartlySendable['at'];
}

const cursorOf = ({ sessionId, at }: Position): string => `${at.toISOString()}/${sessionId}`;

function positionOf(cursor: string): Position {
  const [at = '', sessionId = ''] = cursor.split('/');
  return { sessionId, at: new Date(at) };
}
