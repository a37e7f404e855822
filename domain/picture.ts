/** A picture of a product. What is not known is null. */
export type Picture = {
  /** On the web, a path of the storefront, or one that was uploaded (`uploadedUrl`). */
  url: string;
  /** What it shows, for those who cannot see it. */
  alt: string | null;
  width: number | null;
  height: number | null;
  /** The same picture in other widths, narrowest first. */
  sizes: PictureSize[];
};
export type PictureSize = { url: string; width: number };

/** A picture that was uploaded. */
export interface UploadedPicture {
  url: string;
  width: number;
  height: number;
}

export const MOST_PICTURES = 20;
export const MOST_SIZES = 10;

/** An uploaded picture as the catalogue names it: its address depends on where the API is. */
export const uploadedUrl = (id: string): string => `${UPLOADED}${id}`;
export const isUploaded = (url: string): boolean => url.startsWith(UPLOADED);
/** The id of an uploaded picture: the hash of its bytes. */
export const isPictureId = (text: string): boolean => /^[\w-]{43}$/.test(text);

const UPLOADED = 'picture:';

/** The address of a picture for the world. */
export const pictureUrl = ({ PUBLIC_URL }: { PUBLIC_URL: string }, url: string): string =>
  isUploaded(url) ? `${PUBLIC_URL}/pictures/${url.slice(UPLOADED.length)}` : url;

/** What `pictureUrl` answered for an uploaded picture, as the catalogue names it; any other address as it is. */
export function catalogueUrl({ PUBLIC_URL }: { PUBLIC_URL: string }, address: string): string {
  const [before, id = ''] = address.split('/pictures/');
  return before === PUBLIC_URL && isPictureId(id) ? uploadedUrl(id) : address;
}

export const pictureAt = (url: string): Picture => ({ url, alt: null, width: null, height: null, sizes: [] });

/**
 * The pictures of a product that is saved without saying which: `imageUrl` first, if there is one, and what was
 * uploaded, as a file stays too.
 */
export function keptPictures(before: Picture[], imageUrl: string | null): Picture[] {
  const others = before.filter(({ url }) => isUploaded(url) && url !== imageUrl);
  if (imageUrl === null) return others;
  return [before.find(({ url }) => url === imageUrl) ?? pictureAt(imageUrl), ...others].slice(0, MOST_PICTURES);
}

/**
 * The pictures with another one at a place (from 0), or at the end; null if that place is beyond the end. `alt` is kept
 * if none is given.
 */
export function withPicture(
  pictures: Picture[],
  { place, alt, picture }: { place: number; alt: string | null; picture: UploadedPicture },
): Picture[] | null {
  if (place > pictures.length) return null;
  return pictures.toSpliced(place, 1, { ...picture, alt: alt ?? pictures[place]?.alt ?? null, sizes: [] });
}

/**
 * The pictures with one of them in another width, in place of an earlier one in the same; null if there is no such
 * picture, or it has too many sizes.
 */
export function withSize(
  pictures: Picture[],
  { place, picture: { url, width } }: { place: number; picture: UploadedPicture },
): Picture[] | null {
  const picture = pictures[place];
  if (picture === undefined) return null;
  const others = picture.sizes.filter((size) => size.width !== width);
  if (others.length >= MOST_SIZES) return null;
  const sizes = [...others, { url, width }].sort((one, other) => one.width - other.width);
  return pictures.with(place, { ...picture, sizes });
}
