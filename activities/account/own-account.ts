import { ApplicationFailure } from '@temporalio/common';
import type { FaultDetails } from '../../domain/fault';
import { noteRefused, resolveAlarms } from '../../store/alarms/alarms';
import type { Deps } from '../deps';

type AccountDeps = Pick<Deps, 'db' | 'account' | 'clock'>;

/**
 * Compares the key's account and mode with those that this installation uses, and raises or ends the alarm about it.
 * Rejects if Stripe does not answer.
 */
export async function compareAccount({ db, account, clock }: AccountDeps): Promise<void> {
  const isForeign = await account.isForeign();
  const at = new Date(clock.now());
  if (isForeign) await noteRefused(db, { cause: 'stripe_account', subject: '', at });
  else await resolveAlarms(db, { causes: ['stripe_account'], at });
}

/** A sweep with a key of another account would find every order missing. @throws the account's fault */
export async function requireOwnAccount(deps: AccountDeps): Promise<void> {
  if (!(await deps.account.isForeign())) return;
  await compareAccount(deps);
  const details: FaultDetails = { fault: 'account', cause: 'stripe_account' };
  throw ApplicationFailure.create({
    message: 'The Stripe key is of another account or mode: check STRIPE_SECRET_KEY',
    type: 'another_account',
    nonRetryable: true,
    details: [details],
  });
}
