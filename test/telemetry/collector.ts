import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it arrives, with its process. */
export interface SeenSpan {
  process: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
}

interface Wired {
  resource: { attributes: Wired.Attribute[] };
  scopeSpans: {
    spans: (Omit<SeenSpan, 'attributes'> & { attributes: Wired.Attribute[]; status?: { code?: number } })[];
  }[];
}
declare namespace Wired {
  interface Attribute {
    key: string;
    value: { stringValue?: string; intValue?: number };
  }
}

/** A collector in the test's own process: takes OTLP over HTTP and keeps everything. */
export async function startCollector() {
  const spans: SeenSpan[] = [];
  const bodies: string[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    bodies.push(body);
    for (const part of (JSON.parse(body) as { resourceSpans: Wired[] }).resourceSpans) spans.push(...seenIn(part));
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function seenIn({ resource, scopeSpans }: Wired): SeenSpan[] {
  const process = String(valuesOf(resource.attributes)['service.name']);
  return scopeSpans.flatMap(({ spans }) =>
    spans.map(({ attributes, links = [], status, parentSpanId, ...span }) => ({
      ...{ process, traceId: span.traceId, spanId: span.spanId, name: span.name },
      ...(parentSpanId && { parentSpanId }),
      ...{ attributes: valuesOf(attributes), links, failed: status?.code === 2 },
    })),
  );
}

const valuesOf = (attributes: Wired.Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
