import type { SessionId } from '../domain/ids';
import type { Resendable } from '../domain/mail';
import { WORKFLOWS } from '../messages/names';
import { changedSignal } from '../messages/order';
import { resendStart } from '../messages/resend';
import type { ApiDeps } from './deps';
import { signalRunning, startUnlessRunning } from './order-workflow';

/** How long Temporal may take for each call. All of it is recorded before, so the sweep makes up for what fails. */
export const TEMPORAL_MS = 4_000;

/** Has mails sent that are recorded as due (`firstKey`). */
export const startFirstMails = (
  { temporal }: Pick<ApiDeps, 'temporal'>,
  sessionId: SessionId,
  mails: readonly { template: Resendable; key: string }[],
): Promise<unknown>[] =>
  mails.map((mail) => startUnlessRunning(temporal, WORKFLOWS.resend, resendStart({ ...mail, sessionId }), TEMPORAL_MS));

/** Has the order's workflow, if it runs, read and show what is recorded. */
export const showChange = ({ temporal }: Pick<ApiDeps, 'temporal'>, sessionId: SessionId): Promise<unknown> =>
  signalRunning(temporal, sessionId, changedSignal, TEMPORAL_MS);

/** Waits for calls whose failure the sweep makes up for, and logs each. */
export async function orTheSweep({ log }: Pick<ApiDeps, 'log'>, sessionId: SessionId, calls: Promise<unknown>[]) {
  for (const result of await Promise.allSettled(calls))
    if (result.status === 'rejected')
      log.warn({ err: result.reason, session: sessionId }, 'what is recorded is left to the sweep');
}
