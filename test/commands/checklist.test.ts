import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '../../commands/doctor/doctor';
import { asText } from '../../commands/doctor/print';
import { Site } from '../../commands/doctor/site';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'going-live.md'), 'utf8');

test('the checklist of docs/going-live.md is what `npm run doctor` looks at, in its order', () => {
  const [, section = ''] = /^## Checklist\n([\s\S]*?)^## /m.exec(page) ?? [];
  let group = '';
  const listed = section.split('\n').flatMap((line) => {
    group = /^\*\*(.+)\*\*$/.exec(line)?.[1] ?? group;
    const id = /^- \[ \] `([\w-]+)`: \S/.exec(line)?.[1];
    return id ? [{ id, group }] : [];
  });
  expect(listed).toEqual(CHECKS.map(({ id, group: heading }) => ({ id, group: heading })));
});

test('what is well is ticked, and what is not says what to do', () => {
  const report = [
    { id: 'api', group: 'At work', status: 'problem', says: 'It does not answer.', todo: 'Start it.' },
    { id: 'clock', group: 'At work', status: 'ok', says: 'It agrees.' },
  ] as const;
  expect(asText([...report])).toContain(
    '  [ ] api    problem: It does not answer.\n             → Start it.\n  [x] clock  It agrees.\n\n2 checks: 1 ok, 1 problem.',
  );
});

test('a message that quotes a secret is shown without it, also one of several in a variable', () => {
  const site = new Site({
    DATABASE_URL: 'postgresql://holdfast:pass-of-the-database@db.example/holdfast',
    ADMIN_TOKENS: 'warehouse:token-of-the-warehouse-12, ada:token-of-ada-lovelace-12',
    STRIPE_WEBHOOK_SECRET: 'whsec_the_new_one_1234,whsec_the_old_one_1234',
  });
  const said = 'warehouse: token-of-ada-lovelace-12 pass-of-the-database whsec_the_old_one_1234 at db.example';
  expect(site.redact(said)).toBe('warehouse: … … … at db.example');
  expect(site.problems).toContain('SIGNING_SECRET is required');
});
