import { type AccountCause, MAIL_CAUSES } from '../../domain/fault';
import { TEMPLATES, type Template } from '../../emails';
import { MailError } from '../../platform/mailer';
import { type Alarm, claimProbe, isStale, resolveAlarms } from '../../store/alarms/alarms';
import { giveUpMails } from '../../store/mails/given-up';
import { giveUpStaffReport, markStaffReportSent, noteStaffReportFailure } from '../../store/mails/staff-reports';
import { markMails } from '../../store/mails/turn';
import { claimWaitingMails, countWaitingMails, type WaitingMail } from '../../store/mails/waiting';
import type { Deps } from '../deps';

/** How many are sent at a time, and how long nobody else tries a claimed mail, even if its process dies. */
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
  const { key, recipient, subject, html, text, orderNumber, template } = mail;
  try {
    const tags = { template, ...(orderNumber && { order: orderNumber }) };
    const { id } = await deps.mailer.send({ key, to: recipient, subject, html, text, tags });
    await markSent(deps, mail, id);
    return null;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    await markFailed(deps, mail, error);
    if (error.accountCause) await deps.watch.refused(error.accountCause);
    return error.accountCause;
  }
}

async function markSent(
  { db, clock }: Deps,
  { key, sessionId, template }: WaitingMail,
  providerId: string,
): Promise<void> {
  const at = new Date(clock.now());
  if (sessionId === null) return markStaffReportSent(db, { key, providerId, at });
  const { audience, title } = TEMPLATES[template as Template];
  const message = `${title} sent to ${audience === 'staff' ? 'staff' : 'the customer'}`;
  await markMails(db, { sessionId, sent: [{ key, providerId, message }], failed: [], at });
}

async function markFailed(
  { db, clock }: Deps,
  { key, sessionId, template }: WaitingMail,
  error: MailError,
): Promise<void> {
  const at = new Date(clock.now());
  if (sessionId === null) await noteStaffReportFailure(db, { key, lastError: error.code });
  else await markMails(db, { sessionId, sent: [], failed: [{ key, error: error.code }], at });
  if (error.fault !== 'thing') return;
  if (sessionId === null) await giveUpStaffReport(db, key);
  else
    await giveUpMails(db, {
      sessionId,
      mails: [{ key, title: TEMPLATES[template as Template].title }],
      waiting: true,
      at,
    });
}
