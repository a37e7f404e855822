import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate that vouches for itself, in PEM, and its file, which is the authority to trust. */
export interface OwnCertificate {
  cert: Buffer;
  key: Buffer;
  file: string;
}

/**
 * Makes one with the `openssl` of this machine.
 * @param days that it has left; -1 for one that ended yesterday
 * @param names as openssl writes them: `IP:127.0.0.1`
 */
export function makeCertificate(folder: string, days: number, names: string): OwnCertificate {
  const path = (ending: string) => join(folder, `${days}.${ending}`);
  writeFileSync(path('cnf'), '[req]\ndistinguished_name = name\n[name]\n');
  writeFileSync(path('ext'), `subjectAltName = ${names}\n`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path('key')];
  openssl('req', ...newKey, '-config', path('cnf'), '-subj', '/CN=a stand-in', '-out', path('csr'));
  const signed = ['-signkey', path('key'), '-days', String(days), '-extfile', path('ext'), '-out', path('pem')];
  openssl('x509', '-req', '-in', path('csr'), ...signed);
  return { cert: readFileSync(path('pem')), key: readFileSync(path('key')), file: path('pem') };
}
