import { type Launched, launch, newDataDir, published } from '../support/launched';

const DEMO = 'sandbox/demo/main.ts';

/** The checkouts of one run of the demo. */
const CHECKOUTS = 9;

describe('npm run demo, beside npm start', () => {
  const dataDir = newDataDir();
  let system: Launched;
  let services: Record<string, string>;

  beforeAll(async () => {
    system = launch('sandbox/launcher.ts', dataDir, {
      PORT: '0',
      WORKER_PORT: '0',
      CHECKOUT_RATE_LIMIT: `${2 * CHECKOUTS + 1}`,
    });
    services = await published(system);
  });

  afterAll(async () => {
    system.signal('SIGINT');
    expect(await system.exited).toBe(0);
  });

  test('runs twice within the same minute', async () => {
    for (const turn of ['first', 'second']) {
      const demo = launch(DEMO, dataDir);
      expect([turn, await demo.exited, demo.output()]).toEqual([
        turn,
        0,
        expect.stringContaining('each checked against the running system'),
      ]);
      for (const never of ['\u001b', '✗']) expect(demo.output()).not.toContain(never);
      for (const status of ['COMPLETED', 'EXPIRED', 'REFUNDED']) expect(demo.output()).toContain(status);
    }
    const { available } = (await (await fetch(`${services.PUBLIC_URL}/products`)).json()).data.find(
      ({ sku }: { sku: string }) => sku === 'DEMO-LANTERN',
    );
    expect(available).toBe(5);
  });

  test('ends with 1 at the first step that fails', async () => {
    const control = (body: object) =>
      fetch(`${services.SANDBOX_CONTROL_URL}/deliveries`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await control({ mode: 'normal', duplicate: 1 });
    const demo = launch(DEMO, dataDir);
    expect(await demo.exited).toBe(1);
    expect(demo.output()).toMatch(/✗ Stripe delivers it 4 more times.*Not as expected/s);
    await control({ mode: 'normal' });
  });
});
