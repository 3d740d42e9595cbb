/**
 * @file One picture of a data set's test split, as a model reads it.
 */
import { UsageError } from '../base/errors.ts';
import { noAugmentation } from '../data/augment/index.ts';
import { openDataset } from '../data/open.ts';
import { picturesOf } from '../data/pictures.ts';
import { rebuildsInput } from '../nn/losses/answers.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import { fitted } from '../train/checks.ts';

export interface TestPicture {
  /** (H, W, C) bytes. */
  readonly pixels: Uint8Array;
  /** Name of its class. */
  readonly label: string;
}

export async function testPicture(
  spec: ModelSpec,
  data: string,
  index: number,
): Promise<TestPicture> {
  const shape = imageShapeOf(spec);
  const loaded = await openDataset(data, { imageShape: shape });
  const target = rebuildsInput(spec) ? 'input' : undefined;
  const dataset = fitted(spec, loaded, noAugmentation, target);
  const { test, classes, imageShape } = dataset;
  const label = classes[test.labels[index] ?? -1];
  if (label === undefined) {
    throw new UsageError({
      option: 'index',
      problem: `received ${index}`,
      expected: `a whole number from 0 to ${test.count - 1}`,
    });
  }
  const { images } = await picturesOf(test, [index], { shape, stored: imageShape });
  return { pixels: images, label };
}
