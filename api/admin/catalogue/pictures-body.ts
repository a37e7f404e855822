import { z } from 'zod';
import { catalogueUrl, MOST_PICTURES, MOST_SIZES, type Picture } from '../../../domain/picture';
import type { Env } from '../../../platform/env';
import { text } from '../../http/schemas';
import { imageAddress } from '../fields';

const Side = z.int().min(1).max(20_000).meta({ description: 'Pixels.' });

const Size = z.strictObject({ url: imageAddress, width: Side });

/** The pictures of a product, as staff name them; those of `GET` may be sent back as they are. */
export const Images = z
  .array(
    z.strictObject({
      url: imageAddress,
      alt: text(500).nullish().meta({ description: 'What it shows, for those who cannot see it.' }),
      width: Side.nullish(),
      height: Side.nullish(),
      sizes: z
        .array(Size)
        .max(MOST_SIZES)
        .refine((sizes) => new Set(sizes.map(({ width }) => width)).size === sizes.length, 'has a width twice')
        .optional()
        .meta({ description: 'The same picture in other widths, for `srcset`.' }),
    }),
  )
  .max(MOST_PICTURES)
  .meta({
    description:
      'Its pictures, by URL or uploaded; the first is the `imageUrl`. Left out: `imageUrl`, and what was uploaded.',
  });

/** As the catalogue keeps them: what is not known is null, and uploaded ones go by their id. */
export const picturesIn = (env: Pick<Env, 'PUBLIC_URL'>, images: z.output<typeof Images>): Picture[] =>
  images.map(({ url, alt = null, width = null, height = null, sizes = [] }) => ({
    ...{ alt, width, height, url: catalogueUrl(env, url) },
    sizes: sizes
      .map((size) => ({ ...size, url: catalogueUrl(env, size.url) }))
      .sort((one, other) => one.width - other.width),
  }));
