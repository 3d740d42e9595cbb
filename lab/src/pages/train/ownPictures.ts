/**
 * @file Pictures of one's own for training: the folder that was given, and the set made of it for a model.
 *
 * Files cannot be in an address: a link to a run on them asks for the folder again.
 */
import { FoveaError, type GivenFile, pictureSet } from 'fovea/web';
import { imageShapeFor } from './variation.ts';

/** What `data` says in the address where the pictures are one's own. */
export const OWN = 'own';

let given: readonly GivenFile[] = [];
/** Which giving this is: what was loaded of another is old. */
let turn = 0;

export function giveFiles(files: readonly GivenFile[]): void {
  given = files;
  turn++;
}

export const givenCount = (): number => given.length;

/** Of what is loaded for a model: sizes differ from model to model. */
export const ownKey = (model: string): string => `${OWN} ${turn} ${imageShapeFor(model).join('x')}`;

export async function loadOwn(model: string, say: (words: string) => void) {
  if (given.length === 0) {
    throw new FoveaError({
      problem: 'no pictures were given',
      expected: 'a folder with a folder of pictures for each class',
      fix: 'choose or drop the folder, then press play',
    });
  }
  return pictureSet(given, {
    shape: imageShapeFor(model),
    onProgress: (done, of) => say(`Reading pictures: ${done} of ${of}`),
    onNote: say,
  });
}
