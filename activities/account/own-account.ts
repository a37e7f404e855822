import { ApplicationFailure } from '@temporalio/common';
import { OTHER_ACCOUNT } from '../../platform/stripe';
import { noteRefused, resolveAlarms } from '../../store/alarms/alarms';
import type { Deps } from '../deps';
import { inWords, OTHER_ACCOUNT_FAULT } from '../failures';

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
  const { message: _, ...details } = OTHER_ACCOUNT_FAULT;
  const message = inWords(OTHER_ACCOUNT_FAULT);
  throw ApplicationFailure.create({ message, type: OTHER_ACCOUNT, nonRetryable: true, details: [details] });
}
