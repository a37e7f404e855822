import { duplicateWebhook } from './chapters/duplicate-webhook';
import { expiry } from './chapters/expiry';
import { lastUnit } from './chapters/last-unit';
import { paidOrder } from './chapters/paid-order';
import { refund } from './chapters/refund';
import { Demo } from './demo';
import { Story } from './story';
import { findSystem } from './system';

const CHAPTERS = [
  ['A paid order', paidOrder],
  ['A duplicate webhook', duplicateWebhook],
  ['The race for the last unit', lastUnit],
  ['An expiry', expiry],
  ['A refund', refund],
] as const;

/**
 * `npm run demo`: drives the running system through a story. Every step is checked against the running system; the
 * first one that fails ends the story with exit code 1.
 */
async function main(): Promise<void> {
  const story = new Story(process.stdout);
  const system = await findSystem(process.env.DATA_DIR || '.data');
  const demo = new Demo(system, story);
  story.write(`Holdfast at ${system.api}`);
  await demo.prepare();
  try {
    for (const [title, chapter] of CHAPTERS) {
      story.chapter(title);
      await chapter(demo);
    }
  } catch (error) {
    await demo.tidyUp().catch(() => undefined); // the reason the story ended matters more
    throw error;
  }
  await demo.tidyUp();
  await epilogue(demo);
}

async function epilogue({ story, holdfast, orders, system }: Demo): Promise<void> {
  story.write('\nOrder by order');
  for (const [number, chapter] of orders) {
    const { status, paymentStatus, sessionId } = await holdfast.order(number);
    story.write(
      `   ${number.padEnd(8)} ${chapter.padEnd(20)} ${status.padEnd(10)} ${paymentStatus.padEnd(9)} ${sessionId}`,
    );
  }
  story.write(
    `\n${story.steps} steps, each checked against the running system. Mails: ${system.outbox} Workflows: ${system.temporalUi}`,
  );
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
