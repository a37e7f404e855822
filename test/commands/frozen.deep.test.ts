import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { CHECKS, type Report } from '../../commands/doctor/doctor';
import { silentStandIn, type TlsStandIn } from './tls-stand-ins';

const ROOT = join(__dirname, '..', '..');

let frozen: TlsStandIn;
beforeAll(async () => {
  frozen = await silentStandIn();
});
afterAll(() => frozen.close());

test('`npm run doctor` beside neighbours that take a connection and never answer: every check reports, and it ends', async () => {
  const { PATH, HOME } = process.env;
  const at = `127.0.0.1:${frozen.port}`;
  const env = {
    ...{ PATH, HOME, DATA_DIR: '/nothing/here', DATABASE_URL: `postgresql://holdfast:x@${at}/holdfast` },
    ...{ TEMPORAL_ADDRESS: at, STRIPE_SECRET_KEY: 'sk_test_of_nobody', STRIPE_API_BASE: `http://${at}` },
    ...{ SMTP_URL: `smtps://[::ffff:127.0.0.1]:${frozen.port}`, PUBLIC_URL: `https://localhost:${frozen.port}` },
    EMAIL_FROM: 'shop@example.com',
  } as unknown as NodeJS.ProcessEnv;
  const out = await new Promise<string>((resolve) =>
    execFile(
      process.execPath,
      ['--import', 'tsx', 'commands/doctor/main.ts', '--json'],
      { cwd: ROOT, env, timeout: 45_000 },
      (_, stdout, stderr) => resolve(stdout + stderr),
    ),
  );
  const { checks } = JSON.parse(out) as { checks: Report };
  expect(checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
  const problems = checks.filter(({ status }) => status === 'problem').map(({ id }) => id);
  expect(problems).toEqual(expect.arrayContaining(['database', 'temporal', 'stripe-key', 'mail', 'api']));
  for (const { says } of checks) expect(says).not.toContain('undefined');
}, 60_000);
