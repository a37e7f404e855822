import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../platform/ports';
import { type Guarded, startGuarded } from '../../sandbox/guard';
import { newFolder } from '../support/folder';
import { until } from '../support/launched';
import { has, ROOT, run } from './tools';

// The collector itself, built with the components that docker/otel-collector.yaml names.

const CONFIG = 'docker/otel-collector.yaml';

const [described, missing] = has('otelcol', '--version')
  ? [describe, '']
  : [describe.skip, ' (skipped: there is no otelcol here, which ops/go-programs.sh builds)'];
described(`the OpenTelemetry collector${missing}`, () => {
  let folder: string;
  let collector: Guarded | undefined;
  beforeAll(() => {
    folder = newFolder('otelcol');
  });
  afterAll(async () => {
    await collector?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const complaint = (...args: string[]): string => {
    try {
      run('otelcol', ['validate', `--config=${CONFIG}`, ...args]);
      return '';
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };

  test('accepts its configuration, also with a backend as the file says, and would refuse a wrong one', () => {
    expect(complaint()).toBe('');
    const backend = ['exporters::otlphttp::endpoint: https://traces.example.com', PIPELINE('[otlphttp]')];
    expect(complaint(...backend.map(setting))).toBe('');
    expect(complaint(setting('processors::batch::time_out: 5s'))).toContain('time_out');
    expect(complaint(setting(PIPELINE('[elsewhere]')))).toContain('elsewhere');
  });

  test('takes spans as our processes send them', async () => {
    const [http, grpc, health] = [await freePort(), await freePort(), await freePort()];
    const ports = [
      `receivers::otlp::protocols::http::endpoint: 127.0.0.1:${http}`,
      `receivers::otlp::protocols::grpc::endpoint: 127.0.0.1:${grpc}`,
      `extensions::health_check::endpoint: 127.0.0.1:${health}`,
      'service::telemetry::metrics::level: none', // it has a port of its own
    ];
    const log = join(folder, 'otelcol.log');
    collector = await startGuarded('otelcol', [`--config=${CONFIG}`, ...ports.map(setting)], { cwd: ROOT, log });
    const isWell = () =>
      fetch(`http://127.0.0.1:${health}`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until('the collector', isWell);
    // In a process of its own, as the API and the worker are.
    expect(run('node', ['--require', 'tsx/cjs', '--eval', SEND], { COLLECTOR: `http://127.0.0.1:${http}` })).toBe('');
    await until('the spans in its log', () => /"spans": 2/.test(readFileSync(log, 'utf8')));
  });
});

const SEND = `
  const { createTracer } = require('./platform/opentelemetry');
  const tracer = createTracer(process.env.COLLECTOR, 'holdfast-api', { warn: console.log });
  for (const name of ['GET /products', 'POST /checkout']) tracer.start({ name, kind: 'server' }).end();
  void tracer.stop();
`;

/** A setting in the collector's short notation, over that of the file. */
const setting = (text: string): string => `--config=yaml:${text}`;
const PIPELINE = (exporters: string): string => `service::pipelines::traces::exporters: ${exporters}`;
