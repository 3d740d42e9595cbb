/**
 * @file The files that pictures of a split come from, by their index.
 */
import { type AnySplit, isStreamed } from './streamed.ts';

/** Of a picture its file; undefined where pictures have no files. */
export async function pictureNames(
  split: AnySplit,
): Promise<(index: number) => string | undefined> {
  if (!isStreamed(split) || split.origin.kind === 'memory') return () => undefined;
  const { nameOf } = await import('./origins/readPicture.node.ts');
  const { origin, items } = split;
  return (index) => {
    const item = items[index];
    return item === undefined ? undefined : nameOf(origin, item);
  };
}
