import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { freePort } from '../../platform/ports';
import { connectTemporal } from '../../platform/temporal';
import { startGuarded } from '../../sandbox/guard';
import { lastLines } from '../../sandbox/logs';
import type { Postgres } from '../../sandbox/postgres';
import { has, ROOT, read, run } from '../deploy/tools';
import type { OtherTemporal, TemporalPart } from './system';
import { type Certificates, SERVER_NAME } from './tls';

const START_TIMEOUT_MS = 120_000;

/** Whether Temporal's own server, and its tool for databases, are on the PATH: ops/go-programs.sh builds them. */
export const hasTemporalServer = has('temporal-server', '--version') && has('temporal-sql-tool', '--version');

/**
 * Temporal's own server as docker-compose.yml runs it, configured by the same variables and files: every service in one
 * process, histories and visibility in two databases of the shop's PostgreSQL. Beyond that, every connection to it and
 * within it is under TLS, with a client certificate.
 */
export class TemporalServer implements OtherTemporal {
  private constructor(
    private readonly logFile: string,
    private readonly certificates: Certificates,
    private readonly ports: Record<string, string>,
  ) {}

  static async prepare(folder: string, certificates: Certificates): Promise<TemporalServer> {
    const ports: Record<string, string> = {};
    for (const name of PORTS) ports[name] = String(await freePort());
    return new TemporalServer(join(folder, 'temporal-server.log'), certificates, ports);
  }

  get address(): string {
    return `127.0.0.1:${this.ports.FRONTEND_GRPC_PORT}`;
  }

  get reach(): Record<string, string> {
    const { ca, client } = this.certificates;
    return {
      TEMPORAL_ADDRESS: this.address,
      TEMPORAL_NAMESPACE: 'shop',
      TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca,
      TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
      TEMPORAL_TLS_CLIENT_KEY_PATH: client.key,
    };
  }

  async start(postgres: Postgres): Promise<TemporalPart> {
    const database = databaseVariables(postgres);
    run('sh', ['docker/temporal-schema.sh'], database);
    const { PATH = '', HOME = '' } = process.env;
    const server = await startGuarded('temporal-server', ['start'], {
      log: this.logFile,
      cwd: ROOT,
      env: { PATH, HOME, ...fromCompose(), ...database, ...this.ports, ...this.tls(), BIND_ON_IP: '127.0.0.1' },
    });
    let ended = false;
    void server.exited.then(() => {
      ended = true;
    });
    const { connection } = connectTemporal(this.reach);
    for (const deadline = Date.now() + START_TIMEOUT_MS; ; await pause(100)) {
      if (ended) throw new Error(`Temporal's server did not start.\n${lastLines(this.logFile)}`);
      try {
        await connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.listNamespaces({}));
        break;
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`${(error as Error).message}\n${lastLines(this.logFile)}`);
      }
    }
    await connection.close();
    return { address: this.address, stop: async () => void (await server.stop()) };
  }

  /** Temporal's own names for it, https://docs.temporal.io/references/server-environment-variables. */
  private tls(): Record<string, string> {
    const { ca, server } = this.certificates;
    return {
      TEMPORAL_TLS_REQUIRE_CLIENT_AUTH: 'true',
      TEMPORAL_TLS_FRONTEND_CERT: server.cert,
      TEMPORAL_TLS_FRONTEND_KEY: server.key,
      TEMPORAL_TLS_CLIENT1_CA_CERT: ca,
      TEMPORAL_TLS_SERVER_CERT: server.cert,
      TEMPORAL_TLS_SERVER_KEY: server.key,
      TEMPORAL_TLS_SERVER_CA_CERT: ca,
      TEMPORAL_TLS_FRONTEND_SERVER_NAME: SERVER_NAME,
      TEMPORAL_TLS_INTERNODE_SERVER_NAME: SERVER_NAME,
    };
  }
}

const SERVICES = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'];
const PORTS = [...SERVICES.flatMap((name) => [`${name}_GRPC_PORT`, `${name}_MEMBERSHIP_PORT`]), 'FRONTEND_HTTP_PORT'];

/** What docker-compose.yml says of the server. Its files are mounted at `/docker`. */
function fromCompose(): Record<string, string> {
  const { environment } = parse(read('docker-compose.yml'), { merge: true }).services.temporal as {
    environment: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/^\/docker\//, `${ROOT}/docker/`)]),
  );
}

/** The variables of the server and of its tool, by which both find PostgreSQL. */
function databaseVariables({ url, port }: Postgres): Record<string, string> {
  const { username, password } = new URL(url);
  return {
    ...{ POSTGRES_SEEDS: '127.0.0.1', DB_PORT: String(port) },
    ...{ POSTGRES_USER: username, POSTGRES_PWD: password, SQL_PASSWORD: password },
    // One process of each kind is enough for a test, and so are few connections.
    ...{ SQL_MAX_CONNS: '10', SQL_VIS_MAX_CONNS: '5' },
  };
}
