import { type AccountCause, MAIL_CAUSES } from '../../domain/fault';
import type { SessionId } from '../../domain/ids';
import { TEMPLATES, type Template } from '../../emails';
import { MailError } from '../../platform/mailer';
import { type Alarm, claimProbe, isStale, resolveAlarms } from '../../store/alarms/alarms';
import { giveUpMails } from '../../store/mails/given-up';
import { giveUpStaffReport, markStaffReportSent, noteStaffReportFailure } from '../../store/mails/staff-reports';
import { markMails } from '../../store/mails/turn';
import { claimWaitingMails, countWaitingMails, type WaitingMail } from '../../store/mails/waiting';
import type { Deps } from '../deps';
import { deliver, sentMessage } from '../mail/deliver';

/** How many are sent at a time, and how long no other worker tries a claimed mail, even if its process dies. */
const AT_ONCE = 5;
const LEASE_MS = 60_000;
/** While the provider refuses every mail, the whole fleet tries one this often. */
const TRY_EVERY_MS = 10_000;

/**
 * Sends the mails that wait for the provider, each once: only one process can claim a mail, and its idempotency key
 * never changes. While every mail is refused (`alarms`), only one is tried; once it goes out, the others follow.
 */
export async function sendWaitingMails(deps: Deps, alarms: Alarm[]): Promise<void> {
  const { db, clock } = deps;
  let blocked = alarms.length > 0;
  if (blocked && !(await mayTry(deps, alarms))) return;
  for (;;) {
    const now = clock.now();
    const claim = { limit: blocked ? 1 : AT_ONCE, at: new Date(now), leasedUntil: new Date(now + LEASE_MS) };
    const mails = await claimWaitingMails(db, claim);
    if (mails.length === 0) break;
    const refused = (await Promise.all(mails.map((mail) => sendOne(deps, mail)))).some((cause) => cause !== null);
    if (refused) return;
    if (blocked) await resolve(deps);
    blocked = false;
  }
  // No mail waits that could show whether mails are still refused, and none has been refused for a while.
  const at = new Date(clock.now());
  if (blocked && alarms.every((alarm) => isStale(alarm, at)) && (await countWaitingMails(db)) === 0)
    await resolve(deps);
}

async function mayTry({ db, clock }: Deps, alarms: Alarm[]): Promise<boolean> {
  const now = clock.now();
  const claimed = await Promise.all(
    alarms.map(({ cause, subject }) =>
      claimProbe(db, { cause, subject, before: new Date(now - TRY_EVERY_MS), at: new Date(now) }),
    ),
  );
  return claimed.some(Boolean);
}

const resolve = ({ db, clock }: Deps) => resolveAlarms(db, { causes: MAIL_CAUSES, at: new Date(clock.now()) });

/** Returns the cause if every mail is refused; null if this one was sent, was given up, or is tried again soon. */
async function sendOne(deps: Deps, mail: WaitingMail): Promise<AccountCause | null> {
  try {
    await markSent(deps, mail, await deliver(deps, mail));
    return null;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    await markFailed(deps, mail, error);
    return error.accountCause;
  }
}

async function markSent(deps: Deps, mail: WaitingMail, providerId: string | null): Promise<void> {
  const { db, clock } = deps;
  const { key, sessionId } = mail;
  const at = new Date(clock.now());
  if (sessionId === null) await markStaffReportSent(db, { key, providerId, at });
  else {
    const message = sentMessage(mail.template as Template);
    await markMails(db, { sessionId, sent: [{ key, providerId, message }], failed: [], at });
    await showOrder(deps, sessionId);
  }
}

async function markFailed(deps: Deps, mail: WaitingMail, { code, fault }: MailError): Promise<void> {
  const { db, clock } = deps;
  const { key, sessionId } = mail;
  const at = new Date(clock.now());
  const isRefused = fault === 'thing';
  if (sessionId === null) {
    await noteStaffReportFailure(db, { key, lastError: code });
    if (isRefused) await giveUpStaffReport(db, key);
  } else {
    await markMails(db, { sessionId, sent: [], failed: [{ key, error: code }], at });
    const { title } = TEMPLATES[mail.template as Template];
    if (!isRefused) return;
    await giveUpMails(db, { sessionId, mails: [{ key, title }], waiting: true, at });
    await showOrder(deps, sessionId);
  }
}

/**
 * Lets an order that is under way show what became of the mail. It is done even if Temporal is not there: the order
 * shows it the next time that it reads.
 */
async function showOrder({ starter, log }: Deps, sessionId: SessionId): Promise<void> {
  await starter
    .orderChanged(sessionId)
    .catch((err: unknown) => log.warn({ err, session: sessionId }, 'an order could not be told of a mail'));
}
