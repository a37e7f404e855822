import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  connect,
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

/** The name in the certificate of the server, which is not the address it is reached at. */
export const SERVER_NAME = 'temporal.test';
/** Of gRPC. */
const UNAUTHENTICATED = '16';

/** The files of a certificate authority, and of a server and a client that it vouches for. */
export interface Certificates {
  ca: string;
  server: { cert: string; key: string };
  client: { cert: string; key: string };
  /** The one that takes its place. */
  nextClient: { cert: string; key: string };
}

/** Makes certificates for a few days, with the `openssl` of this machine. */
export function makeCertificates(folder: string): Certificates {
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = name\n[name]\n'); // without the extensions of an authority
  const make = (name: string, subject: string, ...extra: string[]) => {
    const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3'];
    execFileSync(
      'openssl',
      [...made, '-config', config, '-subj', `/CN=${subject}`, '-keyout', key, '-out', cert, ...extra],
      {
        stdio: 'pipe',
      },
    );
    return { cert, key };
  };
  const extension = (text: string) => ['-addext', text];
  const ca = make('ca', 'An authority of tests', ...extension('basicConstraints=critical,CA:TRUE'));
  const by = ['-CA', ca.cert, '-CAkey', ca.key, ...extension('basicConstraints=critical,CA:FALSE')];
  return {
    ca: ca.cert,
    server: make('server', SERVER_NAME, ...by, ...extension(`subjectAltName=DNS:${SERVER_NAME}`)),
    client: make('client', 'holdfast', ...by, ...extension('extendedKeyUsage=clientAuth')),
    nextClient: make('next-client', 'holdfast-next', ...by, ...extension('extendedKeyUsage=clientAuth')),
  };
}

/**
 * Stands in front of Temporal's development server, which speaks no TLS: demands a client certificate and an API key
 * of every call, as Temporal Cloud and servers with mutual TLS do, and passes the calls on.
 */
export class TlsFront {
  /** The names in client certificates that are let in no more. */
  readonly withdrawn = new Set<string>();

  private constructor(
    /** Those that are let in. */
    readonly apiKeys: Set<string>,
    private readonly server: Http2SecureServer,
    private readonly close_: () => void,
  ) {}

  static async start(upstream: string, { ca, server: own }: Certificates, ...apiKeys: string[]): Promise<TlsFront> {
    const far = connect(`http://${upstream}`);
    far.on('error', () => {});
    const server = createSecureServer({
      ...{ cert: readFileSync(own.cert), key: readFileSync(own.key), ca: readFileSync(ca) },
      ...{ requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
    });
    const sessions = new Set<{ destroy(): void }>();
    server.on('session', (session) => {
      sessions.add(session);
      session.on('error', () => {});
    });
    const front = new TlsFront(new Set(apiKeys), server, () => {
      far.destroy();
      for (const session of sessions) session.destroy();
    });
    server.on('stream', (near, headers) => {
      if (front.letsIn(near, headers.authorization)) front.pass(near, far.request({ ...headers, ':scheme': 'http' }));
      else
        near.respond({ ...GRPC, 'grpc-status': UNAUTHENTICATED, 'grpc-message': 'another key' }, { endStream: true });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private letsIn({ session }: ServerHttp2Stream, authorization = ''): boolean {
    const shown = (session?.socket as TLSSocket | undefined)?.getPeerCertificate().subject.CN;
    return this.apiKeys.has(authorization.replace(/^Bearer /, '')) && !this.withdrawn.has(String(shown));
  }

  close(): Promise<void> {
    this.close_();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private pass(near: ServerHttp2Stream, far: ReturnType<ReturnType<typeof connect>['request']>): void {
    let trailers: IncomingHttpHeaders = {};
    for (const stream of [near, far]) stream.on('error', () => {});
    near.pipe(far);
    far.on('response', (headers, flags) => {
      if (near.destroyed) return;
      const isAll = (flags & END_STREAM) !== 0;
      near.respond(headers, isAll ? { endStream: true } : { waitForTrailers: true });
      if (!isAll) far.pipe(near);
    });
    far.on('trailers', (given) => {
      trailers = given;
    });
    near.on('wantTrailers', () => near.sendTrailers(trailers));
    near.on('close', () => far.close(constants.NGHTTP2_CANCEL)); // a worker that stops polls no more
    far.on('close', () => {
      if (!near.destroyed && !near.headersSent) near.close();
    });
  }
}

const GRPC = { ':status': 200, 'content-type': 'application/grpc' };
const END_STREAM = 1;
