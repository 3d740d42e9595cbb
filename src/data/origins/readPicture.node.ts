/**
 * @file Reads and decodes one picture of an origin: a file, a stretch of a tar, or bytes in memory.
 */
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { openRegular } from '../../base/regularFile.node.ts';
import { MAX_FILE_BYTES } from '../images/kinds.ts';
import { type Picture, pictureAt } from '../images/picture.ts';
import { type ReadImageOptions, readImage } from '../images/readImage.node.ts';
import { nameAt, type Origin } from '../streamed.ts';

export interface PictureReader {
  /** Throws a FoveaError that names the picture. */
  read(item: number): Promise<Picture>;
  close(): Promise<void>;
}

export function openReader(origin: Origin, options: ReadImageOptions): PictureReader {
  if (origin.kind === 'memory') return memoryReader(origin);
  if (origin.kind === 'tar') return tarReader(origin, options);
  return {
    read: (item) => readImage(join(origin.folder, nameAt(origin.names, item)), options),
    close: async () => undefined,
  };
}

/** What a picture is called in messages. */
export function nameOf(origin: Origin, item: number): string {
  if (origin.kind === 'memory') return `picture ${item}`;
  const name = nameAt(origin.names, item);
  return origin.kind === 'tar'
    ? `${origin.shards[origin.shard[item]]}: ${name}`
    : join(origin.folder, name);
}

function memoryReader({ images, shape }: Extract<Origin, { kind: 'memory' }>): PictureReader {
  return {
    read: async (item) => pictureAt(images, shape, item),
    close: async () => undefined,
  };
}

function tarReader(
  origin: Extract<Origin, { kind: 'tar' }>,
  options: ReadImageOptions,
): PictureReader {
  const handles = new Map<number, Promise<FileHandle>>();
  const handleOf = (shard: number) => {
    const known = handles.get(shard);
    if (known !== undefined) return known;
    const opened = openRegular(origin.shards[shard]).then(({ handle }) => handle);
    handles.set(shard, opened);
    return opened;
  };
  return {
    read: async (item) => {
      const where = nameOf(origin, item);
      try {
        const size = origin.size[item];
        if (size > MAX_FILE_BYTES) {
          throw new FoveaError({
            problem: `it has ${size} bytes`,
            expected: `a picture file of at most ${MAX_FILE_BYTES} bytes`,
          });
        }
        const handle = await handleOf(origin.shard[item]);
        const bytes = new Uint8Array(size);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, origin.offset[item]);
        if (bytesRead < bytes.length) {
          throw new FoveaError(`${bytesRead} of ${bytes.length} bytes are there`);
        }
        return await readImage(bytes, options);
      } catch (error) {
        const parts = error instanceof FoveaError ? error.parts : { problem: messageOf(error) };
        throw new FoveaError({ ...parts, where }, { cause: error });
      }
    },
    close: async () => {
      for (const handle of handles.values()) await (await handle).close().catch(() => undefined);
    },
  };
}
