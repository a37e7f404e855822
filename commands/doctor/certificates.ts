import type { ServerCertificate } from '../../platform/certificates';
import { type Finding, problem, warning } from './finding';

/** By then, whatever renews a certificate by itself has tried for a week. */
const SOON_DAYS = 21;
const DAY_MS = 86_400_000;

/** As `2026-12-09`. */
export const day = (at: Date): string => at.toISOString().slice(0, 10);

/**
 * What is wrong with the time that a certificate has left; null if nothing is.
 * @param whose in words, with its article
 */
export function lifetime(whose: string, ends: Date, renew = RENEW): Finding | null {
  const days = Math.floor((ends.getTime() - Date.now()) / DAY_MS);
  if (days < 0) return problem(`${whose} expired on ${day(ends)}.`, renew);
  const left = days === 1 ? '1 day' : `${days} days`;
  return days <= SOON_DAYS ? warning(`${whose} expires in ${left}, on ${day(ends)}.`, renew) : null;
}

const RENEW = 'Renew it, and find out why it is not renewed by itself.';

/** What is wrong with a certificate that a server shows; null if nothing is. */
export function shown(host: string, { ends, distrust }: ServerCertificate): Finding | null {
  const late = lifetime(`The certificate of ${host}`, ends);
  if (late?.status === 'problem' || distrust === null) return late;
  return problem(
    `This machine does not trust the certificate of ${host} (${distrust}).`,
    'Serve it with every intermediate certificate, or let NODE_EXTRA_CA_CERTS name the authority that issued it.',
  );
}
