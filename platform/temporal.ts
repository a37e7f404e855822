import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { dataConverterOf } from './payload-codec';
import { payloadKeys } from './payload-keys';
import { withSecrets } from './secret-files';
import { isTracing } from './trace';

/**
 * The address, namespace and credentials that `@temporalio/envconfig` reads from `TEMPORAL_*` and, where there is
 * one, `temporal.toml`, and what payloads are encrypted with. The API key and the keys of payloads may come from files.
 */
export function temporalConfig(source: NodeJS.ProcessEnv = process.env) {
  const env = withSecrets(source);
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: compact(env) });
  const keys = payloadKeys.optional().parse(env.PAYLOAD_KEYS || undefined);
  return { connectionOptions, namespace: namespace ?? 'default', dataConverter: dataConverterOf(keys) };
}

/**
 * A client for Temporal that connects at its first call, so that a process can start, and answer `503`, while
 * Temporal is down.
 */
export function connectTemporal(source: NodeJS.ProcessEnv = process.env): Client {
  const { connectionOptions, namespace, dataConverter } = temporalConfig(source);
  const options = { connection: Connection.lazy(connectionOptions), namespace, dataConverter };
  if (!isTracing()) return new Client(options);
  const { tracedCalls } = require('./temporal-tracing') as typeof import('./temporal-tracing');
  return new Client({ ...options, interceptors: { workflow: [tracedCalls] } });
}

/** The client certificate that is shown to Temporal; undefined where an API key, or nothing, is. */
export function clientCertificate(source: NodeJS.ProcessEnv = process.env): Uint8Array | undefined {
  const { tls } = temporalConfig(source).connectionOptions;
  return typeof tls === 'object' && tls !== null ? tls.clientCertPair?.crt : undefined;
}

const compact = (source: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(source).filter((entry): entry is [string, string] => !!entry[1]));
