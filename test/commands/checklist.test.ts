import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '../../commands/doctor/doctor';
import { asText } from '../../commands/doctor/print';
import { Site } from '../../commands/doctor/site';
import { standIn } from './stand-in';

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

const look = (id: string, given: NodeJS.ProcessEnv) => CHECKS.find((one) => one.id === id)?.look(new Site(given));

const ALIVE = { status: 200, body: '{"status":"ok"}' };
test.each([
  ['kept inside by the proxy, as ours does', ALIVE, { status: 404, body: '' }, 'ok', /^The API answers at /],
  ['reached and well', ALIVE, { status: 200, body: '{"checks":{"database":"ok"}}' }, 'ok', /^The API is ready at /],
  [
    'reached, and a part is away',
    ...[ALIVE, { status: 503, body: '{"checks":{"database":"ok","temporal":"unreachable"}}' }, 'problem'],
    'The API is not ready: temporal unreachable.',
  ],
  [
    'somebody else’s',
    { status: 200, body: '<html>' },
    { status: 200, body: '' },
    'problem',
    /healthz \(200\) is not Holdfast’s API/,
  ],
] as const)('`api` asks what every proxy lets through: readiness is %s', async (_what, alive, ready, status, says) => {
  const at = await standIn(null, (path, answer) => ({ ...answer, ...(path === '/healthz' ? alive : ready) }));
  const found = await look('api', { PUBLIC_URL: at.url });
  await at.close();
  expect(found).toMatchObject({ status, says: typeof says === 'string' ? says : expect.stringMatching(says) });
});

test('`public-url` looks at where staff sign in, too', async () => {
  const given = { PUBLIC_URL: 'https://api.shop.example', STRIPE_SECRET_KEY: 'sk_live_1' };
  expect(await look('public-url', given)).toMatchObject({ status: 'ok' });
  expect(await look('public-url', { ...given, ADMIN_URL: 'http://staff.shop.example' })).toMatchObject({
    ...{ status: 'problem', says: expect.stringContaining('ADMIN_URL is http://staff.shop.example') },
  });
  // Through a tunnel, which ends on their own machine.
  expect(await look('public-url', { ...given, ADMIN_URL: 'http://localhost:3001' })).toMatchObject({ status: 'ok' });
});
