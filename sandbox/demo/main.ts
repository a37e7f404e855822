import { duplicateWebhook } from './chapters/duplicate-webhook';
import { expiry } from './chapters/expiry';
import { lastUnit } from './chapters/last-unit';
import { paidOrder } from './chapters/paid-order';
import { refund } from './chapters/refund';
import { Stage } from './stage';
import { findSystem } from './system';
import { Telling } from './telling';

const CHAPTERS = [
  ['A paid order', paidOrder],
  ['A duplicate webhook', duplicateWebhook],
  ['The race for the last unit', lastUnit],
  ['An expiry', expiry],
  ['A refund', refund],
] as const;

/**
 * `npm run demo`: drives the running system through its story. Every line was read back from the system it tells of; the first one that is
 * not as told ends the story, and the exit code is 1.
 */
async function main(): Promise<void> {
  const telling = new Telling(process.stdout);
  const system = await findSystem(process.env.DATA_DIR || '.data');
  const stage = new Stage(system, telling);
  telling.write(`Holdfast at ${system.api}`);
  await stage.prepare();
  try {
    for (const [title, chapter] of CHAPTERS) {
      telling.chapter(title);
      await chapter(stage);
    }
  } catch (error) {
    await stage.tidyUp().catch(() => undefined); // why the story ended matters more
    throw error;
  }
  await stage.tidyUp();
  await epilogue(stage);
}

async function epilogue({ telling, holdfast, orders, system }: Stage): Promise<void> {
  telling.write('\nOrder by order');
  for (const [number, story] of orders) {
    const { status, paymentStatus, sessionId } = await holdfast.order(number);
    telling.write(
      `   ${number.padEnd(8)} ${story.padEnd(20)} ${status.padEnd(10)} ${paymentStatus.padEnd(9)} ${sessionId}`,
    );
  }
  telling.write(
    `\n${telling.lines} lines, each read back and as told. The mails are at ${system.outbox}, the orders at ${system.temporalUi}.`,
  );
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
