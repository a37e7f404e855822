import { MAIL_CAUSES } from '../../domain/fault';
import { isRecoveryMail } from '../../domain/mail';
import { TEMPLATES, type Template } from '../../emails';
import { unsubscribeUrl } from '../../platform/links';
import { addToLogContext } from '../../platform/log-context';
import { MailError } from '../../platform/mailer';
import type { WrittenMail } from '../../store/mails/turn';
import type { Deps } from '../deps';

/**
 * Hands a written mail to the provider. What stops every mail is written down, and so is that it is over. That staff
 * cannot be mailed can only be logged.
 * @returns the provider's id; null if it took the mail before the database was restored from a backup
 * @throws MailError
 */
export async function deliver(
  { mailer, watch, env, log, metrics }: Pick<Deps, 'mailer' | 'watch' | 'env' | 'log' | 'metrics'>,
  mail: Omit<WrittenMail, 'audience' | 'status' | 'nextTryAt'>,
): Promise<string | null> {
  const { key, template, orderNumber, recipient, subject, html, text } = mail;
  if (orderNumber) addToLogContext({ number: orderNumber });
  const tags = { template, ...(orderNumber && { order: orderNumber }) };
  try {
    const unsubscribe = isRecoveryMail(template) ? { unsubscribe: unsubscribeUrl(env, recipient) } : {};
    const { id } = await mailer.send({ key, to: recipient, subject, html, text, tags, ...unsubscribe });
    await watch.worked(MAIL_CAUSES);
    metrics.mails.inc({ template, outcome: 'sent' });
    return id;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    const { code, fault, accountCause } = error;
    metrics.mails.inc({ template, outcome: fault === 'thing' ? 'refused' : 'failed' });
    if (accountCause) await watch.refused(accountCause);
    if (fault === 'thing' && recipient === env.STAFF_EMAIL)
      log.error({ template, code }, 'a mail to staff is refused for good: check STAFF_EMAIL');
    throw error;
  }
}

/** What the timeline says of a mail that was sent. */
export function sentMessage(template: Template): string {
  const { audience, title } = TEMPLATES[template];
  return `${title} sent to ${audience === 'staff' ? 'staff' : 'the customer'}`;
}
