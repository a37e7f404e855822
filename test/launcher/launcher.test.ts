import { readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { freePort } from '../../platform/ports';
import { launch, newDataDir } from '../support/launched';

let dataDir: string;
beforeEach(() => {
  dataDir = newDataDir();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** The output of a start that is refused. Also checks that nothing was started or locked. */
async function refusal(variables: Record<string, string>): Promise<string> {
  const refused = launch('sandbox/launcher.ts', dataDir, variables);
  expect(await refused.exited).toBe(1);
  const kept = ['ports.json', 'secrets.json'];
  expect(readdirSync(dataDir).filter((file) => !kept.includes(file))).toEqual([]);
  return refused.output();
}

test('a busy port is refused, with the process that has it and how to choose another', async () => {
  const port = await freePort();
  const squatter: Server = createServer().listen(port, '127.0.0.1');
  try {
    const message = await refusal({ PORT: String(port), WORKER_PORT: String(await freePort()) });
    expect(message).toContain(`Port ${port}, which the API needs, is in use by`);
    expect(message).toContain(`PORT=${port + 1} npm start`);
  } finally {
    squatter.close();
  }
});

test('wrong variables are all reported at once, before anything is started', async () => {
  const free = { PORT: String(await freePort()), WORKER_PORT: String(await freePort()) };
  const message = await refusal({ ...free, HOLD_TTL_SECONDS: 'soon', RESEND_API_KEY: 're_real' });
  expect(message).toMatch(/HOLD_TTL_SECONDS/);
  expect(message).toMatch(/EMAIL_FROM is required/);
});
