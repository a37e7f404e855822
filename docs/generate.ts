import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variables } from '../platform/env';

/** One variable as the documentation tells it; `fallback` is null where there is none. */
interface Documented {
  name: string;
  meaning: string;
  required: boolean;
  fallback: string | null;
}

const ROOT = join(__dirname, '..');
export const OPERATING = join(ROOT, 'docs', 'operating.md');
export const EXAMPLE = join(ROOT, '.env.example');

/** Every variable of the schema. What is required and what is the default is asked of the schema itself. */
const documented: Documented[] = Object.entries(variables).map(([name, schema]) => {
  const absent = schema.safeParse(undefined);
  return {
    name,
    meaning: schema.description ?? '',
    required: !absent.success,
    fallback: absent.success && absent.data !== undefined ? String(absent.data) : null,
  };
});

/** `.env.example`: what has to be set stands there empty, everything else as a comment with its default. */
export function envExample(): string {
  const entries = documented.map(({ name, meaning, required, fallback }) => {
    const plain = meaning.replaceAll('`', '');
    return required ? `# ${plain} (required)\n${name}=` : `# ${plain}\n# ${name}=${fallback ?? ''}`;
  });
  return `${HEADER}\n\n${entries.join('\n\n')}\n`;
}

const HEADER = `# The configuration of the API and the worker, made from platform/env.ts by \`npm run docs:env\`.
# Copy it to .env and fill it in. \`npm start\` needs none of it: what is absent is embedded, or made up once and kept.
# Quote values with spaces or angle brackets, e.g. EMAIL_FROM="Shop <shop@example.com>".`;

/** The page with its table of variables made anew. */
export function withVariables(page: string): string {
  const [before, , after] = page.split(MARKS);
  if (before === undefined || after === undefined) throw new Error('docs/operating.md has lost the marks of its table');
  return `${before}<!-- variables -->\n\n${table()}\n\n<!-- /variables -->${after}`;
}

const MARKS = /<!-- variables -->([\s\S]*)<!-- \/variables -->/;

function table(): string {
  const rows = documented.map(
    ({ name, meaning, required, fallback }) =>
      `| \`${name}\` | ${meaning.replaceAll('|', '\\|')} | ${required ? '**required**' : fallback === null ? '–' : `\`${fallback}\``} |`,
  );
  return ['| variable | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}

if (require.main === module) {
  writeFileSync(EXAMPLE, envExample());
  writeFileSync(OPERATING, withVariables(readFileSync(OPERATING, 'utf8')));
}
