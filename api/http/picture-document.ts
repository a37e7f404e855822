import { z } from 'zod';
import { type Picture, pictureUrl } from '../../domain/picture';
import type { Env } from '../../platform/env';
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
      ...{ alt: 'A grey mug with a lighter band', width: 1600, height: 1200 },
      sizes: [{ url: 'https://api.shop.example/pictures/Zr0cN2v8qJmWkT4dXbYs6uHfLgPa1eRoIi3nC5tMz9Q', width: 400 }],
    },
  });

/** @param addressOf what a storefront is told instead of a URL that is no upload */
export const pictureDocument = (
  env: Pick<Env, 'PUBLIC_URL'>,
  { url, sizes, ...picture }: Picture,
  addressOf: (url: string) => string = (given) => given,
): z.infer<typeof PictureDocument> => ({
  ...picture,
  url: addressOf(pictureUrl(env, url)),
  sizes: sizes.map((size) => ({ ...size, url: addressOf(pictureUrl(env, size.url)) })),
});
