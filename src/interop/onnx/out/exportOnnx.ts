/**
 * @file ONNX out: a network as one file of opset 17, dynamic in its batch.
 *
 * Before: `../../channelsFirst/toProgram.ts`. What the file does not say by operators stands in its metadata: names of
 * classes, preprocessing, the spec. Next stop: `encodeOnnx.ts`.
 */
import { answersWithDistances } from '../../../nn/losses/answers.ts';
import { inputsOf, type ModelSpec } from '../../../nn/spec.ts';
import type { TrainedModel } from '../../../nn/trained.ts';
import { toProgram } from '../../channelsFirst/toProgram.ts';
import type { ChosenOptions, ExportedFiles } from '../../exporting.ts';
import { foldBatchNormalization } from '../../foldBatchNormalization.ts';
import { encodeOnnx } from './encodeOnnx.ts';

export function exportModel(
  model: TrainedModel,
  { name, input, batchNorm, preprocessing }: ChosenOptions,
): ExportedFiles {
  const readsPixels = preprocessing === 'inside';
  const written = batchNorm === 'fold' ? foldBatchNormalization(model) : model;
  const program = toProgram(written, { pictures: input, readsPixels });
  const { spec, classes } = model;
  const metadata = {
    'fovea.classes': JSON.stringify(classes),
    'fovea.input': readsPixels ? 'pixels 0..255' : 'pixels after the preprocessing',
    'fovea.preprocessing': JSON.stringify(readsPixels ? { scale: 1, offset: 0 } : scalingOf(spec)),
    'fovea.answer': answersWithDistances(spec)
      ? 'distances, the smallest wins'
      : 'the largest wins',
  };
  return new Map([[`${name}.onnx`, encodeOnnx(program, spec.name, metadata)]]);
}

/** Of the one input, or of each by name. */
function scalingOf(spec: ModelSpec) {
  const inputs = inputsOf(spec);
  const [{ preprocessing }] = inputs;
  return inputs.length === 1
    ? preprocessing
    : Object.fromEntries(inputs.map((input) => [input.name, input.preprocessing]));
}
