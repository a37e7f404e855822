import { pino } from 'pino';
import { temporalLogging } from '../../worker/temporal-log';

const lines: Record<string, unknown>[] = [];
const { logger, telemetryOptions } = temporalLogging(
  pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
);

test('lines of the SDK become lines of our log, those of its core too', () => {
  logger?.warn('Task polling has encountered errors', { error: 'transport error', secret: 'not for the log' });
  expect(lines).toEqual([
    expect.objectContaining({
      level: 40,
      msg: 'Task polling has encountered errors',
      error: 'transport error',
    }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('not for the log');
  expect(telemetryOptions?.logging).toHaveProperty('forward');
});

test('a worker that has only activities is no reason to warn', () => {
  lines.length = 0;
  logger?.warn('No workflows registered, not polling for workflow tasks', { taskQueue: 'stripe' });
  expect(lines).toEqual([]);
});
