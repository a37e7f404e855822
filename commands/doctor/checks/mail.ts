import { isLoopback } from '../../../platform/hosts';
import { askMailAccount, smtpCertificate } from '../../../platform/mail-account';
import { MailError } from '../../../platform/mailer';
import { day, shown } from '../certificates';
import { type Check, type Finding, ok, problem, skipped, warning, worst } from '../finding';
import { PATIENCE_MS, type Site } from '../site';

export const mail: Check[] = [
  { id: 'mail', group: 'Mail', look: mailAccount },
  { id: 'mail-tls', group: 'Mail', look: tls },
];

async function mailAccount(site: Site): Promise<Finding> {
  const env = {
    RESEND_API_KEY: site.get('RESEND_API_KEY'),
    RESEND_BASE_URL: site.get('RESEND_BASE_URL'),
    SMTP_URL: site.get('SMTP_URL'),
    EMAIL_FROM: site.need('EMAIL_FROM'),
  };
  if (!env.SMTP_URL && !env.RESEND_API_KEY)
    return skipped('Not looked at: neither RESEND_API_KEY nor SMTP_URL is set.');
  const whose = env.SMTP_URL ? 'The SMTP server' : 'Resend';
  try {
    const account = await askMailAccount(env, PATIENCE_MS);
    const domain = 'domain' in account ? account.domain : '';
    if (account.state === 'accepted') return ok('The SMTP server takes the login.');
    if (account.state === 'verified') return ok(`Resend has verified ${domain}.`);
    if (account.state === 'send-only')
      return ok('The key may only send, as it should: look in Resend whether the domain of EMAIL_FROM is verified.');
    if (account.state === 'absent')
      return problem(`The domain ${domain} of EMAIL_FROM is not in this Resend account.`, VERIFY);
    return problem(`Resend has not verified ${domain} (${account.status}), so it refuses every mail.`, VERIFY);
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    return error.accountCause === 'mail_key'
      ? problem(`${whose} refuses the key or the login (${error.code}).`, 'Set the right RESEND_API_KEY or SMTP_URL.')
      : problem(`${whose} does not answer (${error.code}).`, 'See its status page, and the network path to it.');
  }
}

const VERIFY = 'Add the domain and its DNS records in Resend, or set EMAIL_FROM to an address of a verified one.';

async function tls(site: Site): Promise<Finding> {
  const smtp = site.get('SMTP_URL');
  if (!smtp && !site.get('RESEND_API_KEY'))
    return skipped('Not looked at: neither RESEND_API_KEY nor SMTP_URL is set.');
  const { protocol, hostname, searchParams } = new URL(smtp ?? site.get('RESEND_BASE_URL') ?? 'https://api.resend.com');
  if (isLoopback(hostname)) return ok('Mails do not leave this machine.');
  if (protocol === 'http:') return problem(`Mails go to ${hostname} unencrypted.`, 'Use https: in RESEND_BASE_URL.');
  // Resend's own certificate is its own concern. Whether the server answers, `mail` says.
  const certificate = smtp ? await smtpCertificate(smtp, PATIENCE_MS).catch(() => null) : null;
  const isChecked = searchParams.get('tls.rejectUnauthorized') !== 'false';
  return worst(
    [
      certificate && shown(hostname, isChecked ? certificate : { ...certificate, distrust: null }),
      protocol === 'smtp:' && searchParams.get('requireTLS') !== 'true'
        ? warning(
            `Mails go to ${hostname} over TLS only if the server offers it.`,
            'Use smtps:, or add ?requireTLS=true to SMTP_URL.',
          )
        : null,
      isChecked
        ? null
        : warning(
            `The certificate of ${hostname} is not checked: anybody could take the mails.`,
            'Remove tls.rejectUnauthorized from SMTP_URL.',
          ),
    ],
    `Mails go to ${hostname} over TLS${certificate ? `, with a certificate until ${day(certificate.ends)}` : ''}.`,
  );
}
