/** The sandbox as its own process. It prints one line of JSON when it is ready and ends on SIGTERM or SIGINT. */
import { startStripeSandbox } from './http/server';

function need(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

async function main(): Promise<void> {
  const url = process.env.SANDBOX_WEBHOOK_URL;
  const sandbox = await startStripeSandbox({
    port: Number(need('SANDBOX_PORT')),
    dataDir: need('SANDBOX_DATA_DIR'),
    secretKey: need('SANDBOX_SECRET_KEY'),
    ...(process.env.SANDBOX_HOST && { host: process.env.SANDBOX_HOST }),
    ...(process.env.SANDBOX_PUBLIC_HOST && { publicHost: process.env.SANDBOX_PUBLIC_HOST }),
    ...(url && { defaultWebhook: { url, secret: need('SANDBOX_WEBHOOK_SECRET') } }),
    log: (line) => process.stderr.write(`${JSON.stringify(line)}\n`),
  });
  process.stdout.write(`${JSON.stringify({ ready: true, url: sandbox.url, port: sandbox.port })}\n`);

  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    void sandbox.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
