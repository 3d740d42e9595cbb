/**
 * @file The spec of a network as one side of the page has it: a model in words, with what the side changes in it.
 *
 * The words are those of the command line and of the Networks page ("lenet5,conv2d.filters=8"); the library makes the
 * model of them. Dropout goes on the outputs of every dense layer but the last, where the paper of 2012 has it.
 * Next stop: `networks.ts`.
 */
import {
  FoveaError,
  layerShapes,
  type ModelSpec,
  parseModelWords,
  type Shape,
  takesOption,
} from 'fovea/web';
import { isOwn, modelNamed } from '../../frame/ownModels.ts';
import type { SideSettings } from './settings.ts';

/** What a data set says of its pictures. */
export interface DataFacts {
  readonly classes: readonly string[];
  readonly imageShape: Shape;
}

export type ImageShape = readonly [number, number, number];

export function specOf(
  words: string,
  { activation, pooling, dropout }: Pick<SideSettings, 'activation' | 'pooling' | 'dropout'>,
  { classes, imageShape }: DataFacts,
): ModelSpec {
  const { name, options } = parseModelWords(words);
  const own = modelNamed(name, options);
  const fits = imageShape.every((extent, axis) => extent === innerShape(own)[axis]);
  return modelNamed(name, {
    ...options,
    ...(activation === 'own' ? {} : { activation }),
    ...(pooling === 'own' ? {} : { pooling }),
    ...(fits ? {} : { input: [...imageShape] }),
    ...(needsClasses(name, own, classes.length) ? { classes: classes.length } : {}),
    ...(dropout === 0 ? {} : dropoutEdits(own, dropout)),
  });
}

/** A model of the table that knows of classes is asked for them; one of one's own where it answers for other ones. */
function needsClasses(name: string, own: ModelSpec, classes: number): boolean {
  if (!isOwn(name)) return takesOption(name, 'classes');
  return layerShapes(own).at(-1)?.outputShape.at(-1) !== classes;
}

/** The pictures that a model takes: its input without the border it puts around them. */
export function innerShape({ inputShape, preprocessing }: ModelSpec): ImageShape {
  const [H = 1, W = 1, C = 1] = inputShape;
  const { border = 0 } = preprocessing;
  return [H - 2 * border, W - 2 * border, C];
}

/** (H, W, C) of the pictures that a model in words reads; throws where the words name none. */
export function imageShapeFor(words: string): ImageShape {
  const { name, options } = parseModelWords(words);
  return innerShape(modelNamed(name, options));
}

/** { "dense.dropout": 0.5 }, ... */
function dropoutEdits({ name, layers }: ModelSpec, rate: number): Record<string, number> {
  const dense = layers.filter(({ kind }) => kind === 'dense').slice(0, -1);
  if (dense.length === 0) {
    throw new FoveaError({
      problem: `${name} has no place for dropout`,
      expected: 'two dense layers or more: it goes on the outputs of all but the last',
      fix: 'set dropout to 0, or take another model',
    });
  }
  return Object.fromEntries(dense.map((layer) => [`${layer.name}.dropout`, rate]));
}

/** The parameter whose numbers are shown as filters: the first convolution's kernel; null where there is none. */
export function filtersOf(spec: ModelSpec): string | null {
  const first = spec.layers.find(({ kind }) => /conv2d$/i.test(kind));
  return first === undefined ? null : `${first.name}/kernel`;
}
