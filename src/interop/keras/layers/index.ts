/**
 * @file THE table of Keras's layers: what each becomes here. A layer that is not in it is refused by name.
 */
import { FoveaError, nearestName } from '../../../base/errors.ts';
import { shownValue } from '../../../base/printable.ts';
import { activationLayers } from './activations.ts';
import type { Translation } from './context.ts';
import { normalizationLayers } from './normalization.ts';
import { rowLayers } from './rows.ts';
import { windowLayers } from './windows.ts';

const translations: Readonly<Record<string, Translation>> = {
  ...windowLayers,
  ...rowLayers,
  ...activationLayers,
  ...normalizationLayers,
};

/** Classes that are understood, for tables and errors. */
export const kerasLayerNames: readonly string[] = Object.keys(translations);

/** Why a layer of Keras cannot come in, where there is more to say than that. */
const REASONS: Readonly<Record<string, string>> = {
  Lambda: 'it holds a piece of Python, which is not run here',
  TFOpLambda: 'it holds a call of TensorFlow in Python',
  SlicingOpLambda: 'it holds a slice in Python',
};

export function translationOf(className: string, where: string): Translation {
  const found = Object.hasOwn(translations, className) ? translations[className] : undefined;
  if (found !== undefined) return found;
  const reason = Object.hasOwn(REASONS, className) ? REASONS[className] : undefined;
  const near = nearestName(className, kerasLayerNames);
  throw new FoveaError({
    where,
    problem: `a layer of class ${shownValue(className)} cannot be imported${reason === undefined ? '' : `: ${reason}`}`,
    expected: 'layers of convolutional networks',
    fix:
      near === undefined
        ? 'build the model without it and save it again'
        : `did the file mean ${near}? Else build the model without this layer and save it again`,
  });
}
