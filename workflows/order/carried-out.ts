import { patched } from '@temporalio/workflow';
import type { Action } from '../../domain/action-facts';
import { database } from '../steps';
import type { OrderRun } from './run';

/**
 * Whether a request is carried out already. If a message overtakes the task that carries it out, the task is done
 * again, and the database is ahead of it then.
 * @param key of the request
 */
export async function isCarriedOut(run: OrderRun, key: string): Promise<boolean> {
  if (!patched('what-is-carried-out-is-not-refused')) return false;
  const { sessionId } = run;
  return run.untilDone('read', () => database.isCarriedOut({ sessionId, by: key }));
}

/**
 * Judges a request by the table of actions.
 * @returns false if it is carried out already
 * @throws the refusal
 */
export async function isToBeDone(run: OrderRun, action: Action, key: string): Promise<boolean> {
  try {
    run.allow(action);
    return true;
  } catch (refusal) {
    if (await isCarriedOut(run, key)) return false;
    throw refusal;
  }
}
