/**
 * @file Pictures of one's own for training: the folder that was given, and the set made of it for a model.
 *
 * Files cannot be in an address: a link to a run on them asks for the folder again.
 */
import { FoveaError, type GivenFile, pictureSet } from 'fovea/web';
import type { ImageShape } from './variation.ts';

let given: readonly GivenFile[] = [];
/** Which giving this is: what was loaded of another is old. */
let turn = 0;

export function giveFiles(files: readonly GivenFile[]): void {
  given = files;
  turn++;
}

export const givenCount = (): number => given.length;

/** Of what is loaded: sizes differ from model to model. */
export const ownKey = (shape: ImageShape): string => `own ${turn} ${shape.join('x')}`;

export async function loadOwn(
  shape: ImageShape,
  { say, signal }: { readonly say: (words: string) => void; readonly signal: AbortSignal },
) {
  if (given.length === 0) {
    throw new FoveaError({
      problem: 'no pictures were given',
      expected: 'a folder with a folder of pictures for each class',
      fix: 'choose or drop the folder, then press play',
    });
  }
  return pictureSet(given, {
    shape,
    signal,
    onProgress: (done, of) => say(`Reading pictures: ${done} of ${of}`),
    onNote: say,
  });
}
