import { createSecureServer, createServer, type Http2Server, type SecureServerOptions } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { temporal } from '@temporalio/proto';

const { GetSystemInfoResponse, DescribeNamespaceResponse } = temporal.api.workflowservice.v1;

/** What it answers to a call: bytes of the message, or the status of gRPC with which it refuses. */
type Answer = Uint8Array | number;

export const systemInfo = (serverVersion: string): Answer => GetSystemInfoResponse.encode({ serverVersion }).finish();
export const namespaceKeptFor = (days: number): Answer => {
  const seconds = (days * 86_400) as never; // a Long to the types, and any number to the encoder
  return DescribeNamespaceResponse.encode({ config: { workflowExecutionRetentionTtl: { seconds } } }).finish();
};

/** Answers calls of gRPC by their method, as a server of Temporal would. */
export async function temporalStandIn(
  answers: Record<string, Answer>,
  tls?: SecureServerOptions,
): Promise<{ address: string; close(): Promise<void> }> {
  const server: Http2Server = tls ? (createSecureServer(tls) as unknown as Http2Server) : createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    const answer = answers[headers[':path']?.split('/').at(-1) ?? ''] ?? UNIMPLEMENTED;
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    if (typeof answer === 'number')
      return stream.respond({ ...head, 'grpc-status': String(answer), 'grpc-message': 'so' }, { endStream: true });
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    const size = Buffer.alloc(5);
    size.writeUInt32BE(answer.length, 1);
    stream.end(Buffer.concat([size, answer]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const session of sessions) session.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const UNIMPLEMENTED = 12;
