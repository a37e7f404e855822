import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { freePort } from '../../platform/ports';
import { startGuarded } from '../../sandbox/guard';
import { startTemporal, type Temporal } from '../../sandbox/temporal';
import { findTestServer } from '../../sandbox/temporal-binaries';
import { newFolder } from './folder';

/**
 * An environment whose time skips while a workflow's result is awaited, with our search attributes. Its server dies
 * with the test run, even when that is killed; `teardown()` ends it. It has no Schedules and lists nothing: for those
 * there is {@link startDevServer}.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const port = await freePort();
  const folder = newFolder('time-skipping');
  const server = await startGuarded(await findTestServer(console.log), [String(port)], {
    log: join(folder, 'server.log'),
  });
  const address = `127.0.0.1:${port}`;
  await registerSearchAttributes(address);
  // biome-ignore lint/complexity/useLiteralKeys: private, but the public way starts a server that a killed Jest leaves behind.
  const environment: TestWorkflowEnvironment = await TestWorkflowEnvironment['create']({
    server: { type: 'existing' },
    supportsTimeSkipping: true,
    address,
  });
  const teardown = environment.teardown.bind(environment);
  environment.teardown = async () => {
    await teardown();
    await server.stop(0);
    rmSync(folder, { recursive: true, force: true });
  };
  return environment;
}

export interface DevServer extends Temporal {
  client: Client;
  /** For the workers of the test. */
  nativeConnection: NativeConnection;
}

/**
 * Temporal's development server without its UI, with its histories in memory: for Schedules, listing and real time.
 * `stop()` ends it.
 */
export async function startDevServer(): Promise<DevServer> {
  const folder = newFolder('temporal');
  const server = await startTemporal({ namespace: 'default', uiPort: false, logFile: join(folder, 'server.log') });
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  return {
    ...server,
    client: new Client({ connection, namespace: server.namespace }),
    nativeConnection,
    stop: async () => {
      await connection.close();
      await nativeConnection.close();
      await server.process.stop(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function registerSearchAttributes(address: string): Promise<void> {
  const { IndexedValueType } = temporal.api.enums.v1;
  const searchAttributes = Object.fromEntries(
    Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, IndexedValueType[`INDEXED_VALUE_TYPE_${type}`]]),
  );
  for (const deadline = Date.now() + 20_000; ; await setTimeout(30)) {
    const connection = Connection.lazy({ address });
    try {
      await connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    } finally {
      await connection.close();
    }
  }
}
