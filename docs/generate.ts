import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Action, UPDATES } from '../domain/action-facts';
import { RULES } from '../domain/action-rules';
import { ORDER_STATUSES } from '../domain/order';
import { savedViews } from '../messages/views';
import { SECRETS } from '../platform/secret-files';
import { EMBEDDED_UI_PORT, saveViewUrl } from '../platform/temporal-ui';
import { variables } from '../platform/variables';
import { INDEX, indexOfDocs, LLMS, llmsText } from './lists';

/** One variable as it is documented; `fallback` is the default, or null if there is none. */
interface Documented {
  name: string;
  meaning: string;
  required: boolean;
  fallback: string | null;
  /** Whether `NAME_FILE` may name its file. */
  secret: boolean;
}

const ROOT = join(__dirname, '..');
export const OPERATING = join(ROOT, 'docs', 'operating.md');
export const RUNBOOK = join(ROOT, 'docs', 'staff-runbook.md');
export const EXAMPLE = join(ROOT, '.env.example');

/** Every variable of the schema. Parsing `undefined` shows whether it is required, and its default. */
const documented: Documented[] = Object.entries(variables).map(([name, schema]) => {
  const absent = schema.safeParse(undefined);
  return {
    name,
    meaning: schema.description ?? '',
    required: !absent.success,
    fallback: absent.success && absent.data !== undefined ? String(absent.data) : null,
    secret: SECRETS.includes(name),
  };
});

/** `.env.example`: required variables are empty, all others are commented out with their defaults. */
export function envExample(): string {
  const entries = documented.map(({ name, meaning, required, fallback, secret }) => {
    const remarks = [...(required ? ['required'] : []), ...(secret ? [`or ${name}_FILE`] : [])].join('; ');
    const comment = wrapped(`${meaning.replaceAll('`', '')}${remarks && ` (${remarks})`}`);
    return required ? `${comment}\n${name}=` : `${comment}\n# ${name}=${fallback ?? ''}`;
  });
  return `${HEADER}\n\n${entries.join('\n\n')}\n`;
}

/** A comment, in lines of at most 120 characters. */
const wrapped = (text: string): string => text.replace(/(.{1,118})(?: |$)/g, '# $1\n').trimEnd();

const HEADER = `# The configuration of the API and the worker, generated from platform/variables.ts by \`npm run docs:env\`.
# Copy it to .env and fill it in. \`npm start\` needs none of it: it embeds or generates whatever is absent.
# Quote values with spaces or angle brackets, e.g. EMAIL_FROM="Shop <shop@example.com>".`;

/** The page with its table of variables regenerated. */
export function withVariables(page: string): string {
  return withBlock(page, 'variables', variablesTable());
}

/** The runbook with its table of actions made anew from domain/actions.ts. */
export function withActions(page: string): string {
  return withBlock(page, 'actions', actionsTable());
}

/** The runbook with its table of saved views, linked as `npm start` serves them. */
export function withViews(page: string): string {
  return withBlock(page, 'views', viewsTable());
}

/** The page with what stands between the marks `<!-- name -->` and `<!-- /name -->` replaced. */
function withBlock(page: string, name: string, block: string): string {
  const marks = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`);
  if (!marks.test(page)) throw new Error(`the page has lost the marks of its block “${name}”`);
  return page.replace(marks, () => `<!-- ${name} -->\n\n${block}\n\n<!-- /${name} -->`);
}

/** A day in a query is an example. Its list has no link, which would be out of date. */
const SOME_DAY = '2026-11-26T17:00:00Z';
const ANOTHER_DAY = '2026-11-27T17:00:00Z';

function viewsTable(): string {
  const ui = { url: `http://127.0.0.1:${EMBEDDED_UI_PORT}`, namespace: 'default' };
  const later = savedViews(Date.parse(ANOTHER_DAY));
  const rows = savedViews(Date.parse(SOME_DAY)).map((view, place) => {
    const lasts = view.query === later[place]?.query;
    return `| ${lasts ? `[${view.name}](${saveViewUrl(ui, view)})` : view.name} | \`${view.query}\` |`;
  });
  return ['| view | filter |', '| --- | --- |', ...rows].join('\n');
}

function actionsTable(): string {
  const rows = Object.entries(RULES).map(([action, { does, in: statuses, also, obstacles }]) => {
    const allowed = statuses.length === ORDER_STATUSES.length ? 'any' : statuses.map((one) => `\`${one}\``).join(', ');
    const when = also ? `${allowed}; ${also.when}` : allowed;
    const refused = obstacles.map((one) => one.when).join('; ');
    return `| ${nameOf(action as Action)} | ${when} | ${refused || '–'} | ${does} |`;
  });
  const head = ['| action | the order is | refused while | what it does |', '| --- | --- | --- | --- |'];
  return [...head, ...rows].join('\n');
}

/** An update stands as code, as it is sent; what the staff API alone does, in words. */
const nameOf = (action: Action): string => ((UPDATES as readonly string[]).includes(action) ? `\`${action}\`` : action);

function variablesTable(): string {
  const rows = documented.map(
    ({ name, meaning, required, fallback, secret }) =>
      `| \`${name}\`${secret ? `, \`${name}_FILE\`` : ''} | ${meaning.replaceAll('|', '\\|')} | ${required ? '**required**' : fallback === null ? '–' : `\`${fallback}\``} |`,
  );
  return ['| variable | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}

if (require.main === module) {
  writeFileSync(EXAMPLE, envExample());
  writeFileSync(INDEX, indexOfDocs());
  writeFileSync(LLMS, llmsText());
  writeFileSync(OPERATING, withVariables(readFileSync(OPERATING, 'utf8')));
  writeFileSync(RUNBOOK, withViews(withActions(readFileSync(RUNBOOK, 'utf8'))));
}
