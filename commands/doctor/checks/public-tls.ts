import { certificateAt, type ServerCertificate } from '../../../platform/certificates';
import { day, shown } from '../certificates';
import { type Check, type Finding, ok, skipped, worst } from '../finding';
import { PATIENCE_MS, type Site } from '../site';

export const publicTls: Check[] = [{ id: 'public-tls', group: 'Configuration', look }];

/** What shoppers, staff and Stripe are shown, by whatever ends TLS there. */
async function look(site: Site): Promise<Finding> {
  const addresses = [site.publicUrl, site.get('STOREFRONT_URL'), site.get('ADMIN_URL')];
  const urls = addresses.flatMap((one) => (one?.startsWith('https:') ? [new URL(one)] : []));
  if (urls.length === 0) return ok('No address is served over TLS, so there is no certificate.');
  const hosts = [...new Map(urls.map((url) => [url.host, url])).values()];
  const found = await Promise.all(
    hosts.map(async (url) => ({ host: url.host, certificate: await certificateOf(url) })),
  );
  const seen = found.flatMap(({ host, certificate }) => (certificate ? [{ host, certificate }] : []));
  const [first] = seen.sort((one, other) => one.certificate.ends.getTime() - other.certificate.ends.getTime());
  if (!first) return skipped(`Not looked at: nothing answers over TLS at ${hosts.map(({ host }) => host).join(', ')}.`);
  return worst(
    seen.map(({ host, certificate }) => shown(host, certificate)),
    `${seen.map(({ host }) => host).join(', ')}: trusted, until ${day(first.certificate.ends)} at least.`,
  );
}

const certificateOf = ({ hostname, port }: URL): Promise<ServerCertificate | null> =>
  certificateAt({ host: hostname, port: Number(port || 443) }, PATIENCE_MS).catch(() => null);
