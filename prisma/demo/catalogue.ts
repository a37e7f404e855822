import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProductKind } from '../../domain/order';
import type { BundleItem } from '../../domain/product';

/**
 * A product of the demo shop. Amounts are in the currency's smallest unit; the first price sets the default currency.
 */
export interface DemoProduct {
  sku: string;
  name: string;
  description: string;
  kind: ProductKind;
  prices: { amount: number; currency: string; minimum?: number }[];
  /** What it is made of, of the products before it. */
  bundle?: BundleItem[];
  /** Units on hand when the shop opens; physical products only, and no bundles. */
  stock?: number;
  file?: DemoFile;
  /** The licence keys that it is delivered as; digital products only. */
  licenceKeys?: string[];
}

export interface DemoFile {
  filename: string;
  contentType: string;
  bytes(): Buffer;
}

/** The storefront has one picture per SKU: `/images/tulips.svg` for `TULIPS`. */
export const imageOf = ({ sku }: DemoProduct): string => `/images/${sku.toLowerCase()}.svg`;

/**
 * A florist, with every kind of thing that can be sold: flowers of which few are left, two currencies, a bundle,
 * downloads, licence keys, pay what you want.
 */
export const DEMO_CATALOGUE: DemoProduct[] = [
  {
    sku: 'TULIPS',
    name: 'Ten Tulips',
    description:
      'Cut this morning while still closed, in three colours. They open on your table and go on growing there.',
    kind: 'PHYSICAL',
    prices: [{ amount: 1800, currency: 'eur' }],
    stock: 40,
  },
  {
    sku: 'PEONIES',
    name: 'The First Peonies',
    description:
      'Five heads, two shades, and a scent that fills the room. The season has just begun, so there are few of them.',
    kind: 'PHYSICAL',
    prices: [{ amount: 4500, currency: 'eur' }],
    stock: 3,
  },
  {
    sku: 'SIXTY-ROSES',
    name: 'Sixty Roses',
    description: 'Long red roses in black paper, for when a dozen will not do. Sixty centimetres, without thorns.',
    kind: 'PHYSICAL',
    prices: [
      { amount: 8900, currency: 'eur' },
      { amount: 9900, currency: 'usd' },
    ],
    stock: 12,
  },
  {
    sku: 'LAVENDER',
    name: 'Dried Lavender',
    description: 'A tied bunch from the south slope, dried in the dark. Needs no water and keeps its scent for a year.',
    kind: 'PHYSICAL',
    prices: [{ amount: 1400, currency: 'eur' }],
    stock: 60,
  },
  {
    sku: 'STONE-VASE',
    name: 'Stoneware Vase',
    description:
      'Thrown by hand, with one brush stroke around the belly. Holds ten tulips, and stands by itself when empty.',
    kind: 'PHYSICAL',
    prices: [{ amount: 2400, currency: 'eur' }],
    stock: 25,
  },
  {
    sku: 'BIRTHDAY-BOX',
    name: 'The Birthday Box',
    description: 'Ten tulips and a stoneware vase to put them in, tied with a ribbon and with room for a card.',
    kind: 'PHYSICAL',
    prices: [{ amount: 3900, currency: 'eur' }],
    bundle: [
      { sku: 'TULIPS', quantity: 1 },
      { sku: 'STONE-VASE', quantity: 1 },
    ],
  },
  {
    sku: 'FRESH-LONGER',
    name: 'Fresh for Longer',
    description: 'How to cut, what to put in the water, and where not to put the vase. A short book as a PDF.',
    kind: 'DIGITAL',
    prices: [{ amount: 900, currency: 'eur' }],
    file: demoFile('fresh-for-longer.pdf', 'application/pdf'),
  },
  {
    sku: 'PRESSED-FLOWERS',
    name: 'Pressed Flowers, four prints',
    description: 'Poppy, aster, buttercup and cornflower, to print and frame. Four PNGs in one archive.',
    kind: 'DIGITAL',
    prices: [{ amount: 500, currency: 'eur' }],
    file: demoFile('pressed-flowers.zip', 'application/zip'),
  },
  {
    sku: 'SIX-BOUQUETS',
    name: 'Six Bouquets Worth Knowing',
    description: 'From the round one to the one for nobody. A PDF for whatever it is worth to you.',
    kind: 'DIGITAL',
    prices: [{ amount: 500, currency: 'eur', minimum: 100 }],
    file: demoFile('six-bouquets.pdf', 'application/pdf'),
  },
  {
    sku: 'WATERING-BELL',
    name: 'Watering Bell',
    description: 'An app that remembers which plant is thirsty. You get a licence key, for one phone and for good.',
    kind: 'DIGITAL',
    prices: [{ amount: 1200, currency: 'eur' }],
    licenceKeys: Array.from({ length: 20 }, (_, n) => demoKey(n)),
  },
];

/** Looks like a key, and opens nothing. */
function demoKey(n: number): string {
  return `BELL-DEMO-${1_000 + n * 37}-${9_000 - n * 71}`;
}

/** A file from the folder `files` beside this one. `npm run build` copies that folder into `dist/`. */
function demoFile(filename: string, contentType: string): DemoFile {
  return { filename, contentType, bytes: () => readFileSync(join(__dirname, 'files', filename)) };
}
