/**
 * @file Is a file of a data set the one that was published? Asked of files on disk and of fetched ones alike.
 */
import type { DataFile, LoadedFile } from './dataset.ts';

/**
 * What differs, in words; undefined where nothing does. `packedDigest` gives the SHA-256 of the file as it came
 * where it came compressed: of some sets that alone was published, and a plain file passes on size and structure.
 */
export async function differenceFromPublished(
  { content, gzip }: DataFile,
  loaded: Pick<LoadedFile, 'bytes' | 'sha256'>,
  packedDigest: (() => Promise<string>) | undefined,
): Promise<string | undefined> {
  if (loaded.bytes.length !== content.bytes) return `${loaded.bytes.length} bytes of content`;
  if (content.sha256 !== undefined) {
    return loaded.sha256 === content.sha256
      ? undefined
      : `the content has the SHA-256 ${loaded.sha256}`;
  }
  if (gzip === undefined || packedDigest === undefined) return undefined;
  const packed = await packedDigest();
  return packed === gzip.sha256 ? undefined : `the file has the SHA-256 ${packed}`;
}

/** What was published, in words. */
export function publishedWords({ name, content, gzip }: DataFile): string {
  const digest = content.sha256 ?? `${gzip?.sha256} (of ${name}.gz)`;
  return `${content.bytes} bytes with the published SHA-256 ${digest}`;
}
