import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as S3 sees it: enough to sign it again. */
export interface Signed {
  method: string;
  /** With its query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
}

/** The `Authorization` that a request should have had, from the headers that it says it has signed. */
export function authorizationOf({ method, url, headers }: Signed, secret: string): string {
  const given = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), ?SignedHeaders=(\S+), ?Signature=/.exec(
    String(headers.authorization),
  );
  const [, keyId = '', scope = '', signed = ''] = given ?? [];
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const query = [...searchParams].map((pair) => pair.map(encodeURIComponent).join('=')).sort();
  const canonical = [
    ...[method, pathname, query.join('&')],
    ...signed.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    ...['', signed, String(headers['x-amz-content-sha256'])],
  ].join('\n');
  const [day = '', region = '', service = ''] = scope.split('/');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const signature = hmac(key, toSign).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${keyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

interface S3Object {
  bytes: Buffer;
  etag: string;
}

/** What a test has storage do instead of answering: a status with a code, or a lost connection. */
export type S3Failure = { status: number; code: string } | 'hang-up';

/**
 * As much of S3 as Holdfast uses, for one bucket, in memory. It checks every signature and every hash of a body itself,
 * and knows nothing of the library that makes them.
 */
export class S3Server {
  readonly objects = new Map<string, S3Object>();
  readonly requests: string[] = [];
  /** Asked before each request is answered. */
  fail: (request: string) => S3Failure | null = () => null;
  /** Some storage ignores a header that it does not know. */
  knowsIfMatch = true;
  keyId = 'AKIDHOLDFAST';
  secret = 'secret-of-the-s3-stand-in';
  /** The secrets of other keys that it takes, by their ids. */
  readonly otherKeys = new Map<string, string>();
  private readonly uploads = new Map<string, Map<number, Buffer>>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<S3Server> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    const s3 = new S3Server(server);
    server.on('request', (req, res) => void s3.receive(req, res));
    return s3;
  }

  get env(): Record<string, string> {
    return {
      FILES_S3_ENDPOINT: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      FILES_S3_BUCKET: 'files',
      FILES_S3_REGION: 'eu-test-1',
      FILES_S3_KEY_ID: this.keyId,
      FILES_S3_SECRET: this.secret,
    };
  }

  /** Uploads that were begun and neither finished nor given up. */
  get unfinished(): number {
    return this.uploads.size;
  }

  put(key: string, bytes: Buffer): void {
    this.objects.set(key, { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"` });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of req) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const url = new URL(req.url ?? '/', 'http://s3');
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = rest.join('/');
    const what = `${req.method} ${key}${url.search.replace(/uploadId=[^&]+/, 'uploadId')} ${req.headers.range ?? ''}`;
    this.requests.push(what.trim());
    const failure = this.fail(what.trim());
    if (failure === 'hang-up') return void req.socket.destroy();
    if (failure) {
      refuse(res, failure.status, failure.code);
      return;
    }
    const asked = { method: req.method ?? '', url: req.url ?? '', headers: req.headers };
    const id = /Credential=([^/]+)\//.exec(String(req.headers.authorization))?.[1] ?? '';
    const secret = id === this.keyId ? this.secret : this.otherKeys.get(id);
    if (secret === undefined) {
      refuse(res, 403, 'InvalidAccessKeyId');
      return;
    }
    if (authorizationOf(asked, secret) !== req.headers.authorization) {
      refuse(res, 403, 'SignatureDoesNotMatch');
      return;
    }
    if (req.headers['x-amz-content-sha256'] !== sha256(body)) {
      refuse(res, 400, 'XAmzContentSHA256Mismatch');
      return;
    }
    if (bucket !== 'files') {
      refuse(res, 404, 'NoSuchBucket');
      return;
    }
    if (url.searchParams.has('uploads') || url.searchParams.has('uploadId'))
      return this.multipart(req.method ?? '', key, url.searchParams, body, res);
    this.single(req, key, res);
  }

  private single(req: IncomingMessage, key: string, res: ServerResponse): void {
    if (req.method === 'DELETE') {
      this.objects.delete(key);
      res.writeHead(204).end();
      return;
    }
    const object = this.objects.get(key);
    if (!object) {
      refuse(res, 404, 'NoSuchKey');
      return;
    }
    const { bytes, etag } = object;
    if (this.knowsIfMatch && req.headers['if-match'] !== undefined && req.headers['if-match'] !== etag) {
      refuse(res, 412, 'PreconditionFailed');
      return;
    }
    if (req.method === 'HEAD') return void res.writeHead(200, { etag, 'content-length': bytes.length }).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '') ?? [];
    if (from === undefined) return void res.writeHead(200, { etag }).end(bytes);
    const part = bytes.subarray(Number(from), Number(to) + 1);
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
    res.writeHead(206, { etag, 'content-range': range, 'content-length': part.length }).end(part);
  }

  private multipart(method: string, key: string, query: URLSearchParams, body: Buffer, res: ServerResponse): void {
    if (query.has('uploads')) {
      const id = `${randomUUID()}+/=`;
      this.uploads.set(id, new Map());
      return void res.end(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    const id = query.get('uploadId') ?? '';
    const parts = this.uploads.get(id);
    if (!parts) {
      refuse(res, 404, 'NoSuchUpload');
      return;
    }
    if (method === 'PUT') {
      parts.set(Number(query.get('partNumber')), body);
      return void res.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
    }
    this.uploads.delete(id);
    if (method === 'DELETE') return void res.writeHead(204).end();
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag>/g)];
    const whole = named.map(([, number, etag]) => {
      const part = parts.get(Number(number)) ?? Buffer.alloc(0);
      return `"${createHash('md5').update(part).digest('hex')}"` === etag ? part : null;
    });
    if (whole.includes(null) || whole.length !== parts.size)
      return void res.end('<?xml version="1.0"?><Error><Code>InvalidPart</Code></Error>');
    this.put(key, Buffer.concat(whole as Buffer[]));
    res.end('<CompleteMultipartUploadResult/>');
  }
}

function refuse(res: ServerResponse, status: number, code: string): void {
  res.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
}
