import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const FOLDER = join(__dirname, '../../docs/pictures');

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/**
 * Keeps what the page shows as a picture of docs/pictures.md, if `RECORD` is set. Afterwards the page is as before, so
 * a test goes the same way with pictures and without.
 */
export async function picture(
  page: Page,
  name: string,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  if (!process.env.RECORD) return;
  const before = page.viewportSize();
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize(viewport);
  const session = await page.context().newCDPSession(page);
  // Playwright itself writes no WebP, which is a third of a PNG here.
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await session.detach();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.webp`), Buffer.from(data, 'base64'));
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
