import { startOutbox } from './server';

// The outbox as its own process, configured by OUTBOX_PORT, OUTBOX_DATA_DIR and OUTBOX_API_KEY, and for events about
// its mails by OUTBOX_WEBHOOK_URL and OUTBOX_WEBHOOK_SECRET. It prints a line of JSON when it listens.
async function main(): Promise<void> {
  const { OUTBOX_PORT, OUTBOX_DATA_DIR, OUTBOX_API_KEY, OUTBOX_WEBHOOK_URL, OUTBOX_WEBHOOK_SECRET } = process.env;
  if (!OUTBOX_DATA_DIR || !OUTBOX_API_KEY) throw new Error('OUTBOX_DATA_DIR and OUTBOX_API_KEY are needed.');
  const outbox = await startOutbox({
    port: Number(OUTBOX_PORT ?? 0),
    dataDir: OUTBOX_DATA_DIR,
    apiKeys: [OUTBOX_API_KEY],
    webhook:
      OUTBOX_WEBHOOK_URL && OUTBOX_WEBHOOK_SECRET
        ? { url: OUTBOX_WEBHOOK_URL, secret: OUTBOX_WEBHOOK_SECRET }
        : undefined,
  });
  console.log(JSON.stringify({ ready: true, url: outbox.url }));
  process.once('SIGTERM', () => void outbox.close());
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
