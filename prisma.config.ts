import { defineConfig } from 'prisma/config';

// Prisma fetches its native schema engine before every command, also before `generate`, which does not run it. There any existing file
// will do, so that an install needs nothing but the package registry. `prisma migrate` needs the real one and fetches it;
// `npm run db:migrate` does the same work without.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
