import { z } from 'zod';
import type { Picture } from '../../domain/picture';
import { orNull } from './schemas';

/** A picture of a product, for storefronts and for staff. */
export const PictureDocument = z
  .strictObject({
    url: z.string().meta({ description: 'A URL, or a path of the storefront.' }),
    alt: orNull(z.string()).meta({ description: 'What it shows, for those who cannot see it; null if nobody said.' }),
    width: orNull(z.int()).meta({ description: 'Pixels; null where not known.' }),
    height: orNull(z.int()),
    sizes: z
      .array(z.strictObject({ url: z.string(), width: z.int() }))
      .meta({ description: 'The same picture in other widths, narrowest first: what `srcset` of an `<img>` takes.' }),
  })
  .meta({
    id: 'Picture',
    example: {
      url: 'https://api.shop.example/pictures/yEzIWWXqqFOGPFeHDDm9Yqz4Ag0hYv1OcHyyb4Xr8nU',
      ...{ alt: 'A grey vase with one brush stroke', width: 1600, height: 1200 },
      sizes: [{ url: 'https://api.shop.example/pictures/Zr0cN2v8qJmWkT4dXbYs6uHfLgPa1eRoIi3nC5tMz9Q', width: 400 }],
    },
  });

/** @param addressOf a picture's address for whoever asks */
export const pictureDocument = (
  { url, sizes, ...picture }: Picture,
  addressOf: (url: string) => string,
): z.infer<typeof PictureDocument> => ({
  ...picture,
  url: addressOf(url),
  sizes: sizes.map((size) => ({ ...size, url: addressOf(size.url) })),
});
