/**
 * @file Opens data by name: a set of the table, `folder:PATH`, `shards:GLOB`.
 *
 *   folder:pictures                        one sub-folder per class
 *   shards:train-*.tar,test=val-*.tar      WebDataset shards, with a test set of its own
 *
 * Sets of the table come whole, in memory; folders and shards are listed, and read while training.
 * Next stop: `datasets/index.ts`; `origins/imageFolder.node.ts`, `origins/shards.node.ts`.
 */

import { advice, setting, UsageError } from '../base/errors.ts';
import type { Known } from '../base/names.ts';
import type { ImageShape } from '../base/shape.ts';
import type { LoadOptions } from './dataset.ts';
import { type DatasetName, datasetOf } from './datasets/index.ts';
import { loadSet } from './loadSet.ts';
import type { ListedSplits } from './origins/listing.ts';
import { type AnyDataset, firstOfAny } from './streamed.ts';

export interface OpenDataOptions extends LoadOptions {
  /** (H, W, C) that the model reads: what pictures of any size are made to fit. */
  readonly imageShape: ImageShape;
}

type Kind = 'folder' | 'shards';

interface Place {
  readonly kind: Kind;
  readonly path: string;
  readonly test: string | undefined;
}

/** The name a run keeps: of the table's entry, or as it was given. Throws on unknown names. */
export function dataNameOf(given: string): string {
  return placeOf(given) === undefined ? datasetOf(given).name : given;
}

/** Whether the pictures are read from files of one's own. */
export function isPlace(given: string): boolean {
  return placeOf(given) !== undefined;
}

/** Names of sets and of places; which sets there are, `datasets/index.ts` says. */
export type DataName = DatasetName | `folder:${string}` | `shards:${string}`;

export async function openDataset<N extends string>(
  given: Known<N, DataName>,
  options: OpenDataOptions,
): Promise<AnyDataset> {
  const place = placeOf(given);
  if (place === undefined) return loadSet(datasetOf(given), options);
  const { imageShape, trainCount, testCount } = options;
  if (imageShape?.length !== 3) {
    throw new UsageError({
      option: 'imageShape',
      problem: 'is missing',
      expected: 'the (height, width, channels) that pictures from files are made to fit',
      fix: advice`${setting('imageShape', '[28, 28, 1]')}, the inputShape of the model`,
    });
  }
  if (imageShape[2] !== 1 && imageShape[2] !== 3) {
    throw new UsageError({
      problem: `the model reads ${imageShape[2]} channels`,
      expected: '1 (gray) or 3 (colour) for pictures from files',
    });
  }
  const { classes, train, test, digests, notes } = await list(place);
  for (const note of notes) options.onNote?.(note);
  return {
    name: given,
    classes,
    imageShape,
    train: firstOfAny(train, trainCount, 'train'),
    test: firstOfAny(test, testCount, 'test'),
    digests,
  };
}

async function list({ kind, path, test }: Place): Promise<ListedSplits> {
  if (kind === 'folder') {
    const { listImageFolder } = await import('./origins/imageFolder.node.ts');
    return listImageFolder(path, test);
  }
  const { listShards } = await import('./origins/shards.node.ts');
  return listShards(path, test);
}

function placeOf(given: string): Place | undefined {
  const match = /^(folder|shards):(.*)$/s.exec(given);
  if (match === null) return undefined;
  const [path, ...rest] = match[2].split(',test=');
  if (path !== '' && rest.length <= 1 && rest[0] !== '') {
    return { kind: match[1] as Kind, path, test: rest[0] };
  }
  throw new UsageError({
    option: 'data',
    problem: `received "${given}"`,
    expected: 'folder:PATH or shards:GLOB, with ,test=PATH for a test set of its own',
  });
}
