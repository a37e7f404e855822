import type { TelemetryOptions } from '@temporalio/worker';
import { freePort } from '../platform/ports';

/** How long a scrape waits for the SDK's part. */
const PATIENCE_MS = 1_000;

/** How the metrics of Temporal's SDK come to the worker's `/metrics`. */
export interface TemporalMetrics {
  telemetry: NonNullable<TelemetryOptions['metrics']>;
  /** In Prometheus' text format; empty if they are not to be had. */
  read(): Promise<string>;
}

/**
 * The SDK's native core serves its metrics on an address of its own. That is a port on the loopback interface here,
 * and the worker's `/metrics` tells them beside ours, so that one address is scraped.
 */
export async function temporalMetrics(): Promise<TemporalMetrics> {
  const address = `127.0.0.1:${await freePort()}`;
  return {
    telemetry: {
      prometheus: {
        ...{ bindAddress: address, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
      },
      globalTags: { process: 'worker' },
      attachServiceName: false,
    },
    async read() {
      try {
        const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(PATIENCE_MS) });
        return answer.ok ? await answer.text() : '';
      } catch {
        return '';
      }
    },
  };
}
