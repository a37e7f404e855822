import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

const FOLDER = join(__dirname, '../../docs/staff-pictures');

/** Takes a picture for the docs, if the run is to record them: `RECORD=1`. */
export async function picture(name: string, of: Locator | Page, clip?: Clip): Promise<void> {
  if (process.env.RECORD !== '1') return;
  await of.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', ...(clip && { clip }) });
}

/** Takes a picture of a panel and of what stands above it, in a window that is high enough to show it whole. */
export async function pictureOfPanel(name: string, page: Page, panel: Locator): Promise<void> {
  if (process.env.RECORD !== '1') return;
  const usual = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 2400 });
  const { x, y, width, height } = (await panel.boundingBox()) as Clip;
  await picture(name, page, { x, y: y - ABOVE, width, height: Math.min(height, HIGHEST) + ABOVE });
  if (usual) await page.setViewportSize(usual);
}

/** The heading of a panel, and the most that is shown of one, in pixels. */
const ABOVE = 76;
const HIGHEST = 800;

/** A part of the page, in pixels. */
interface Clip {
  x: number;
  y: number;
  width: number;
  height: number;
}
