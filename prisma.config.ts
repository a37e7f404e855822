import { readFileSync } from 'node:fs';
import { defineConfig } from 'prisma/config';

const isGenerating = process.argv.includes('generate');

// Prisma downloads its native schema engine before every command, even before `generate`, which does not use it. For
// `generate` any existing file will do, so an installation needs only the package registry. `prisma migrate` downloads
// the real engine; `npm run db:migrate` works without it.
if (isGenerating) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: isGenerating ? '' : databaseUrl() },
});

/** As platform/secret-files.ts has it. That file is not there yet when an image is built. */
function databaseUrl(): string {
  const { DATABASE_URL, DATABASE_URL_FILE } = process.env;
  return DATABASE_URL || (DATABASE_URL_FILE ? readFileSync(DATABASE_URL_FILE, 'utf8').trimEnd() : '');
}
