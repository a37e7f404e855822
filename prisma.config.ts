import { defineConfig } from 'prisma/config';

// Prisma downloads its native schema engine before every command, even before `generate`, which does not use it. For
// `generate` any existing file will do, so an installation needs only the package registry. `prisma migrate` downloads
// the real engine; `npm run db:migrate` works without it.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
