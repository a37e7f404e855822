import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTENTION_STEPS } from '../../domain/attention';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'staff-runbook.md'), 'utf8');

test('the runbook says of every step that may need attention what it means and what to do', () => {
  const [, section = ''] = page.split(/^## Needs attention$/m);
  const [table = ''] = section.split(/^## /m);
  const rows = [...table.matchAll(/^\| `([\w-]+)` \| (.+?) \| (.+) \|$/gm)];
  expect(Object.fromEntries(rows.map(([, step, meaning]) => [step, meaning]))).toEqual(ATTENTION_STEPS);
  for (const [, , , todo] of rows) expect(todo?.trim()).toMatch(/\w{3}/);
});
