import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** The variables of a system that `npm start` or `npm run services` runs in `DATA_DIR`; none while it does not run. */
export function servicesEnv(source: NodeJS.ProcessEnv = process.env): NodeJS.Dict<string> {
  const file = join(source.DATA_DIR || '.data', 'services.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}
