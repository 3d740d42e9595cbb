/**
 * @file A model's file on disk. Links beside it that lead out of its folder are not followed.
 *
 * Before: `source.ts`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { FoveaError } from '../base/errors.ts';
import { readRegular } from '../base/regularFile.node.ts';
import type { ThreadedSource } from './importing.ts';
import { MOST_MODEL_BYTES, plainPath, type Source } from './source.ts';

/** Opens the file of a model; throws where there is none that can be read. */
export async function openSource(file: string): Promise<ThreadedSource> {
  const bytes = await readRegular(file, MOST_MODEL_BYTES, 'a file of a model');
  return {
    ...sourceAt(file, bytes, path.dirname(await fs.realpath(file))),
    apart: async (source, options) => {
      const { importApart } = await import('./apart.node.ts');
      return importApart(source, options);
    },
  };
}

function sourceAt(file: string, bytes: Uint8Array, folder: string): Source {
  return {
    name: path.basename(file),
    where: file,
    bytes,
    beside: async (below) => {
      const other = path.join(path.dirname(file), plainPath(below));
      const real = await fs.realpath(other).catch(() => undefined);
      if (real === undefined) return undefined;
      if (!real.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)) {
        throw new FoveaError({
          where: other,
          problem: 'this is a link out of the folder of the model',
          expected: 'files that lie in that folder',
          fix: 'copy the file there',
        });
      }
      return sourceAt(
        other,
        await readRegular(real, MOST_MODEL_BYTES, 'a part of a model'),
        folder,
      );
    },
  };
}
