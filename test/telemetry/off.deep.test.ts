import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Loads what a process is made of, as its entry file does, and says which of these packages came with it. */
const loaded = (entry: string): string[] => {
  const script = `
    require('./${entry}');
    const found = Object.keys(require.cache).map((file) => /node_modules.(@opentelemetry|@sentry).[^/\\\\]+/.exec(file)?.[0]);
    console.log(JSON.stringify([...new Set(found.filter(Boolean))]));
    process.exit(0);`;
  const options = { cwd: join(__dirname, '../..'), encoding: 'utf8' as const };
  return JSON.parse(execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], options)) as string[];
};

test.each(['api/app', 'worker/start'])('%s loads neither OpenTelemetry nor Sentry unless they are used', (entry) => {
  // prom-client loads the types of a span, which are small and do nothing by themselves.
  expect(loaded(entry).filter((one) => !/@opentelemetry.api$/.test(one))).toEqual([]);
});
