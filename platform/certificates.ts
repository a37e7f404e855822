import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** The certificate that a server shows. */
export interface ServerCertificate {
  ends: Date;
  /** Why this machine does not trust it, as Node's code; null if it does. */
  distrust: string | null;
}

/** When a certificate in PEM ends; of several, the first. Throws if it is none. */
export const endOf = (pem: Uint8Array): Date => new Date(new X509Certificate(pem).validTo);

/**
 * Shakes hands with a server over TLS, whatever its certificate, and hangs up without saying anything.
 * @param host a name or an IP address, which may be in brackets
 * @param timeout milliseconds
 */
export function certificateAt(
  { host, ...more }: ConnectionOptions & { host: string; port: number },
  timeout: number,
): Promise<ServerCertificate> {
  const address = host.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const name = isIP(address) ? {} : { servername: address };
    const socket = connect({ ...name, ...more, host: address, rejectUnauthorized: false, timeout }, () => {
      resolve(shownBy(socket));
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
  });
}

/** The certificate that the other side of a connection has shown. */
export const shownBy = (socket: TLSSocket): ServerCertificate => ({
  ends: new Date(socket.getPeerCertificate().valid_to),
  distrust: socket.authorized ? null : String(socket.authorizationError),
});
