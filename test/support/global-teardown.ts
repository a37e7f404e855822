import { rmSync } from 'node:fs';

export default async function tearDown(): Promise<void> {
  if (!globalThis.testServices) return;
  const { postgres, dataDir } = globalThis.testServices;
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
