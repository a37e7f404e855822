import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLE, envExample, OPERATING, withVariables } from '../../docs/generate';
import { loadEnv } from '../../platform/env';
import { SECRETS } from '../../platform/secret-files';
import { variables } from '../../platform/variables';

describe('the documented configuration', () => {
  const page = readFileSync(OPERATING, 'utf8');

  test('.env.example is what `npm run docs:env` generates', () => {
    expect(readFileSync(EXAMPLE, 'utf8')).toBe(envExample());
  });

  test('the table in docs/operating.md is what `npm run docs:env` generates', () => {
    expect(page).toBe(withVariables(page));
  });

  test('both list every variable, with a description', () => {
    for (const [name, schema] of Object.entries(variables)) {
      expect(schema.description).toBeTruthy();
      const cell = SECRETS.includes(name) ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
      expect(page).toContain(`| ${cell} | ${schema.description?.slice(0, 10)}`);
      expect(envExample()).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
    }
  });

  test('every variable that holds a secret may come from a file', () => {
    const looksSecret = /_(?:KEYS?|TOKENS?|SECRET|DSN)$|^(?:DATABASE|SMTP)_URL$/;
    const secret = Object.keys(variables).filter((name) => looksSecret.test(name));
    expect([...SECRETS].sort()).toEqual(secret.sort());
  });

  test('a variable is marked required exactly if no process starts without it', () => {
    const required = [...envExample().matchAll(/^(\w+)=/gm)].map(([, name]) => name as string);
    const filled = Object.fromEntries(required.map((name) => [name, VALUES[name]]));
    expect(() => loadEnv({ ...filled, ...ONE_OF_EACH })).not.toThrow();
    for (const name of required) {
      const { [name]: _left, ...rest } = filled;
      expect(() => loadEnv({ ...rest, ...ONE_OF_EACH })).toThrow(`${name} is required`);
    }
  });

  test('the processes start with what the quickstart exports', () => {
    const lines = [...readFileSync(QUICKSTART, 'utf8').matchAll(/^export (\w+=.*)$/gm)].map(
      ([, line]) => line as string,
    );
    const exported = Object.fromEntries(lines.flatMap((line) => line.split(' ').map((pair) => pair.split('='))));
    expect(Object.keys(exported)).toEqual(['EMAIL_FROM', 'STAFF_EMAIL', 'ADMIN_TOKEN', 'SIGNING_SECRET']);
    expect(() => loadEnv({ ...VALUES, ...ONE_OF_EACH, ...exported })).not.toThrow();
  });
});

const QUICKSTART = join(__dirname, '../../docs/quickstart.md');

const VALUES: Record<string, string> = {
  DATABASE_URL: 'postgresql://127.0.0.1/holdfast',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  EMAIL_FROM: 'shop@example.com',
  STAFF_EMAIL: 'staff@example.com',
  ADMIN_TOKEN: 'a-token-of-24-characters-or-more',
  SIGNING_SECRET: 'a secret of at least 32 characters',
};

/** The two choices that docs/operating.md names above its table. */
const ONE_OF_EACH = { TEMPORAL_ADDRESS: '127.0.0.1:7233', RESEND_API_KEY: 're_1' };
