import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProductKind } from '../../domain/order';

/**
 * A product of the demo shop. Amounts are in the currency's smallest unit; the first price sets the default currency.
 */
export interface DemoProduct {
  sku: string;
  name: string;
  description: string;
  kind: ProductKind;
  prices: { amount: number; currency: string; minimum?: number }[];
  /** Units on hand when the shop opens; physical products only. */
  stock?: number;
  file?: DemoFile;
}

export interface DemoFile {
  filename: string;
  contentType: string;
  bytes(): Buffer;
}

/** The storefront has one picture per SKU: `/images/tide-mug.svg` for `TIDE-MUG`. */
export const imageOf = ({ sku }: DemoProduct): string => `/images/${sku.toLowerCase()}.svg`;

/**
 * A small shop by the sea, with every kind of thing that can be sold: low stock, two currencies, downloads, pay what
 * you want.
 */
export const DEMO_CATALOGUE: DemoProduct[] = [
  {
    sku: 'TIDE-MUG',
    name: 'Tide Mug',
    description: 'Stoneware with two glazes that meet at the high-water mark. Holds 350 ml and, so far, its colour.',
    kind: 'PHYSICAL',
    prices: [{ amount: 1800, currency: 'eur' }],
    stock: 40,
  },
  {
    sku: 'HARBOUR-BLANKET',
    name: 'Harbour Blanket',
    description: 'Undyed wool from three islands, woven in the grey of a harbour at six in the morning. 140 × 200 cm.',
    kind: 'PHYSICAL',
    prices: [
      { amount: 8900, currency: 'eur' },
      { amount: 9900, currency: 'usd' },
    ],
    stock: 12,
  },
  {
    sku: 'KELP-PRINT',
    name: 'Kelp Forest, linocut',
    description:
      'Printed by hand in two greens on cotton paper, 30 × 40 cm, signed. The block is worn out: three are left.',
    kind: 'PHYSICAL',
    prices: [{ amount: 4500, currency: 'eur' }],
    stock: 3,
  },
  {
    sku: 'BRASS-CLEAT',
    name: 'Brass Cleat',
    description: 'Cast, not stamped. Made for mooring lines, good for coats. With four screws.',
    kind: 'PHYSICAL',
    prices: [{ amount: 2400, currency: 'eur' }],
    stock: 25,
  },
  {
    sku: 'LOGBOOK',
    name: 'Logbook',
    description: 'Two hundred pages that open flat, with columns for date, wind, weather and remarks. Thread-sewn.',
    kind: 'PHYSICAL',
    prices: [{ amount: 1400, currency: 'eur' }],
    stock: 60,
  },
  {
    sku: 'TIDES-GUIDE',
    name: 'How the Tide Works',
    description: 'Why it comes twice a day, why it is late tomorrow, and the rule of twelfths. A short book as a PDF.',
    kind: 'DIGITAL',
    prices: [{ amount: 900, currency: 'eur' }],
    file: demoFile('how-the-tide-works.pdf', 'application/pdf'),
  },
  {
    sku: 'DEEP-WATER',
    name: 'Deep Water, four wallpapers',
    description: 'Dawn, noon, dusk and night from twenty metres down. Four PNGs in one archive.',
    kind: 'DIGITAL',
    prices: [{ amount: 500, currency: 'eur' }],
    file: demoFile('deep-water.zip', 'application/zip'),
  },
  {
    sku: 'SIX-KNOTS',
    name: 'Six Knots Worth Knowing',
    description: 'Enough to moor a boat, hang a hammock and impress a nephew. A PDF for whatever it is worth to you.',
    kind: 'DIGITAL',
    prices: [{ amount: 500, currency: 'eur', minimum: 100 }],
    file: demoFile('six-knots.pdf', 'application/pdf'),
  },
];

/** A file from the folder `files` beside this one. `npm run build` copies that folder into `dist/`. */
function demoFile(filename: string, contentType: string): DemoFile {
  return { filename, contentType, bytes: () => readFileSync(join(__dirname, 'files', filename)) };
}
