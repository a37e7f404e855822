import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, newDataDir } from '../support/launched';

const DEMO = 'sandbox/demo/main.ts';

describe('npm run demo, when it cannot run', () => {
  test('says that nothing is running, and what to do', async () => {
    const demo = launch(DEMO, newDataDir());
    expect(await demo.exited).toBe(1);
    expect(demo.output()).toMatch(/Holdfast is not running.*services\.env.*`npm start`/s);
  });

  test('says what is missing if only the services run, or if Stripe is the real one', async () => {
    const folder = newDataDir();
    const outputWith = async (...lines: string[]) => {
      writeFileSync(join(folder, 'services.env'), lines.join('\n'));
      const demo = launch(DEMO, folder);
      expect(await demo.exited).toBe(1);
      return demo.output();
    };
    expect(await outputWith('TEMPORAL_ADDRESS=127.0.0.1:1')).toContain('Only the services are running');
    expect(await outputWith('PUBLIC_URL=http://127.0.0.1:1', 'ADMIN_TOKEN=token')).toContain(
      'without STRIPE_SECRET_KEY',
    );
  });
});
