/**
 * @file What the digest of a listing is taken of: every name, size and class, and the beginnings of some pictures.
 *
 * All pictures of a large set are not read before training begins; names and sizes tell when some are gone,
 * new, renamed or exchanged, the beginnings of a few dozen when all have been written anew. The place of the
 * folder and the times of files are no part of it, nor is where they lie: a page has the digest that Node has.
 * Next stop: `../identity.ts`, which compares.
 */

export interface ListedPicture {
  /** Below the folder, or SHARD: NAME. */
  readonly name: string;
  readonly size: number;
  readonly label: number;
}

/** Of so many pictures, evenly over the listing, the beginning is part of the digest. */
const SAMPLED = 32;
export const SAMPLED_BYTES = 2 ** 16;

/** `beginning` reads at most `SAMPLED_BYTES` of picture i; what cannot be read counts as nothing. */
export async function* listingBytes(
  count: number,
  picture: (i: number) => ListedPicture,
  beginning: (i: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let i = 0; i < count; i++) {
    const { name, size, label } = picture(i);
    yield encoder.encode(`${label}/${size}/${name.replaceAll('\\', '/')}\0`);
  }
  for (let sample = 0; sample < Math.min(SAMPLED, count); sample++) {
    const i = Math.floor((sample * count) / Math.min(SAMPLED, count));
    yield await beginning(i).catch(() => new Uint8Array(0));
  }
}
