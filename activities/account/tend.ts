import { randomUUID } from 'node:crypto';
import { senderName } from '../../domain/email';
import { AGENTS_CHANGED, type AlarmCause, MAIL_CAUSES } from '../../domain/fault';
import { writeAccountAlarm } from '../../emails/account-alarm';
import { writeBackInStock } from '../../emails/back-in-stock';
import { writeLowStock } from '../../emails/low-stock';
import { writeNotForSale } from '../../emails/not-for-sale';
import {
  type Alarm,
  type AlarmRef,
  claimProbe,
  noteRefused,
  openAlarms,
  resolveAlarms,
  writeAlarmMail,
} from '../../store/alarms/alarms';
import { writeRefusedMail } from '../../store/catalogue/not-for-sale';
import { tellBackInStock } from '../../store/stock/requests';
import { writeLowStockMail } from '../../store/stock/warnings';
import type { Deps } from '../deps';
import { faultOf } from '../failures';
import { compareAccount } from './own-account';
import { probeKey, probePermission } from './probes';
import { endRefusedCheckouts } from './refused-checkouts';
import { sendWaitingMails } from './waiting-mails';

/** The least time between two tries of the same cause by the whole fleet. */
const PROBE_EVERY_MS = 10_000;
/** How many customers are told at a time that something is back. */
const MOST_TOLD = 100;

/**
 * Looks after the account: tries again what Stripe refused, writes one mail to staff about every alarm that they have
 * not been told of, and sends the mails that wait for the provider. Any process may call it at any time. It costs a few
 * small queries while nothing is wrong.
 */
export async function tendAccount(deps: Deps): Promise<void> {
  const open = await tryStripeAgain(deps);
  await tellStaff(deps);
  await endRefusedCheckouts(deps, open); // staff have been told of each by now
  if (deps.env.STRIPE_AGENT_ORDERS === 'off') await endOf(deps, open, AGENTS_CHANGED);
  await tellOfRefusedProducts(deps);
  // What no order needs must not hold up the mails that wait.
  for (const tell of [tellOfLowStock, tellCustomers])
    await tell(deps).catch((err: unknown) => deps.log.warn({ err }, 'could not tell of stock; trying again'));
  await sendWaitingMails(
    deps,
    open.filter(({ cause }) => (MAIL_CAUSES as AlarmCause[]).includes(cause)),
  );
}

/** Tries again what Stripe refused, or did not answer. Returns every alarm that was open before. */
export async function tryStripeAgain(deps: Deps): Promise<Alarm[]> {
  const open = await openAlarms(deps.db);
  for (const alarm of open) if (isStripes(alarm.cause)) await tryAgain(deps, alarm);
  return open;
}

async function tryAgain(deps: Deps, { cause, subject }: AlarmRef): Promise<void> {
  const { db, stripe, clock } = deps;
  const now = clock.now();
  const at = new Date(now);
  if (!(await claimProbe(db, { cause, subject, before: new Date(now - PROBE_EVERY_MS), at }))) return;
  if (cause === 'stripe_account') return compareAccount(deps);
  try {
    await (cause === 'stripe_permission' ? probePermission(stripe, subject) : probeKey(stripe));
    await resolveAlarms(db, { causes: [cause], subject, at });
  } catch (error) {
    const found = faultOf(error).cause;
    if (found === cause) await noteRefused(db, { cause, subject, at });
    // Stripe answered, so it is up, and accepts the key unless it says otherwise: this cause is gone.
    else if (found !== 'stripe_down' && cause !== 'stripe_permission') await resolveAlarms(db, { causes: [cause], at });
  }
}

async function endOf({ db, clock }: Deps, open: Alarm[], ended: AlarmCause): Promise<void> {
  if (open.some(({ cause }) => cause === ended))
    await resolveAlarms(db, { causes: [ended], at: new Date(clock.now()) });
}

/** Logs the alarms, and mails each of them once: the first process to claim it does. */
async function tellStaff({ db, clock, env, log }: Deps): Promise<void> {
  const told = await writeAlarmMail(db, {
    key: `attention_needed/account/${randomUUID()}`,
    template: 'attention_needed',
    recipient: env.STAFF_EMAIL,
    at: new Date(clock.now()),
    compose: (alarms) => writeAccountAlarm({ shop: senderName(env.EMAIL_FROM), alarms }),
  });
  for (const { cause, subject, since } of told)
    log.error(
      { cause, ...(subject && { subject }), since },
      'an alarm that stops many orders; docs/refusals.md says what to do',
    );
}

async function tellOfRefusedProducts({ db, clock, env }: Deps): Promise<void> {
  const shop = senderName(env.EMAIL_FROM);
  await writeRefusedMail(db, {
    key: `attention_needed/not_for_sale/${randomUUID()}`,
    template: 'attention_needed',
    recipient: env.STAFF_EMAIL,
    at: new Date(clock.now()),
    compose: (skus) => writeNotForSale({ shop, products: `${env.ADMIN_URL}/admin/products`, skus }),
  });
}

async function tellOfLowStock({ db, clock, env }: Deps): Promise<void> {
  const shop = senderName(env.EMAIL_FROM);
  await writeLowStockMail(db, {
    key: `low_stock/${randomUUID()}`,
    template: 'low_stock',
    recipient: env.STAFF_EMAIL,
    at: new Date(clock.now()),
    compose: (low) => writeLowStock({ shop, products: `${env.ADMIN_URL}/admin/products`, low }),
  });
}

/** Those who wait for a product that can be bought again. Others follow the next time. */
async function tellCustomers({ db, clock, env }: Deps): Promise<void> {
  const facts = { shop: senderName(env.EMAIL_FROM), storefront: env.STOREFRONT_URL };
  await tellBackInStock(db, {
    limit: MOST_TOLD,
    at: new Date(clock.now()),
    key: () => `back_in_stock/${randomUUID()}`,
    compose: (name, language) => writeBackInStock({ ...facts, name, language }),
  });
}

const isStripes = (cause: AlarmCause): boolean => cause.startsWith('stripe_');
