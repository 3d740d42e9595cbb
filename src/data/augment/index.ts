/**
 * @file THE table of transforms, and augmentations as lists of them: "scale=256,crop,flip,pca=0.1".
 *
 * `mean=pixel` and `mean=channel` in a list draw nothing: they ask for the training set's mean to be
 * subtracted, which becomes part of the model's preprocessing. Next stop: `../samples.ts`, which applies
 * a list to one picture.
 */
import { UsageError, unknownName } from '../../base/errors.ts';
import { readItems } from '../../base/settingWords.ts';
import type { ImageShape } from '../../base/shape.ts';
import type { Plane } from '../images/resize.ts';
import { crop, tenCrops } from './crop.ts';
import { distort } from './distort.ts';
import { flip } from './flip.ts';
import { light } from './light.ts';
import { noise } from './noise.ts';
import { pca } from './pca.ts';
import { rotate } from './rotate.ts';
import { scale } from './scale.ts';
import type {
  Apply,
  PrincipalColours,
  TransformContext,
  TransformDefinition,
} from './transform.ts';
import { translate } from './translate.ts';

export const transforms: readonly TransformDefinition[] = [
  scale,
  crop,
  flip,
  translate,
  rotate,
  distort,
  noise,
  light,
  pca,
];
const names: readonly string[] = transforms.map(({ name }) => name);

export type MeanKind = 'pixel' | 'channel';

export interface Step {
  readonly name: string;
  readonly amount: number;
}

/** An augmentation as data; a run keeps it. */
export interface Augmentation {
  readonly steps: readonly Step[];
  /** Which mean of the training set to subtract. */
  readonly mean: MeanKind | null;
  /** What `pca` needs, once it has been measured. */
  readonly colours?: PrincipalColours | undefined;
}

export const noAugmentation: Augmentation = { steps: [], mean: null };

/** The shorter side to 256 for a model that reads 227, to 36 for one that reads 32. */
const scaleAndCrop = ([H, W]: ImageShape) =>
  `scale=${Math.round((Math.max(H, W) * 256) / 227)},crop`;

/** Lists with names. */
const PRESETS: Readonly<Record<string, (shape: ImageShape) => string>> = {
  none: () => '',
  alexnet: (shape) => `${scaleAndCrop(shape)},flip,pca,mean=pixel`,
  cifar: () => 'translate=4,flip',
  'lenet5-1998': () => 'distort=0.9',
};

export const augmentationNames: readonly string[] = Object.keys(PRESETS);

/** Reads "alexnet", "cifar", "lenet5-1998", "none" or a list. */
export function parseAugmentation(words: string, shape: ImageShape): Augmentation {
  const list = Object.hasOwn(PRESETS, words) ? PRESETS[words](shape) : words;
  let mean: MeanKind | null = null;
  const steps: Step[] = [];
  const example = 'cifar, alexnet or translate=4,flip';
  for (const { name, value } of readItems(list, { option: 'augment', example })) {
    if (name === 'mean') mean = meanOf(value);
    else steps.push(stepOf(name, value));
  }
  if (shape[2] !== 3 && steps.some(({ name }) => name === 'pca')) {
    throw new UsageError({
      option: 'augment',
      problem: `pca needs colours, the model reads ${shape[2]} channels`,
      expected: 'a model that reads three channels, or a list without pca',
    });
  }
  return { steps, mean };
}

function meanOf(value = 'pixel'): MeanKind {
  if (value === 'pixel' || value === 'channel') return value;
  throw new UsageError({
    option: 'augment',
    problem: `received mean=${value}`,
    expected: 'mean=pixel or mean=channel',
  });
}

function stepOf(name: string, value: string | undefined): Step {
  const found = transforms.find((transform) => transform.name === name);
  if (found === undefined) {
    throw unknownName('augmentation', name, [...augmentationNames, ...names, 'mean'], true);
  }
  const { amount: range } = found;
  const refuse = (problem: string, expected: string) =>
    new UsageError({ option: 'augment', problem, expected });
  if (range === undefined) {
    if (value === undefined) return { name, amount: 0 };
    throw refuse(`${name} takes no amount, received ${value}`, name);
  }
  const amount = value === undefined ? range.fallback : Number(value);
  const says = `${name}=N, ${range.means}, from ${range.least} to ${range.most}`;
  if (amount === undefined) throw refuse(`${name} needs an amount`, says);
  if (!(amount >= range.least && amount <= range.most)) {
    throw refuse(`received ${name}=${value}`, says);
  }
  return { name, amount };
}

/** The list in words, as `parseAugmentation` reads it. */
export function augmentationWords({ steps, mean }: Augmentation): string {
  const words = steps.map(({ name, amount }) =>
    definitionOf(name).amount === undefined ? name : `${name}=${amount}`,
  );
  return [...words, ...(mean === null ? [] : [`mean=${mean}`])].join(',');
}

/** One function for the whole chain of a training picture. */
export function trainingChain({ steps, colours }: Augmentation, shape: ImageShape): Apply {
  const context: TransformContext = { shape, colours };
  const chain = steps.map(({ name, amount }) => definitionOf(name).apply(amount, context));
  return (plane, random) => chain.reduce((moved, apply) => apply(moved, random), plane);
}

/**
 * The same without chance, for testing: what is seen of a picture, and nothing that changes it. `view`
 * asks for one of the ten crops in place of the middle.
 */
export function testChain(
  { steps }: Augmentation,
  shape: ImageShape,
  view?: number,
): (plane: Plane) => Plane {
  const chain = steps.flatMap(({ name, amount }) => {
    if (name === 'crop' && view !== undefined) {
      return [(plane: Plane) => tenCrops(plane, shape)[view]];
    }
    const { atTest } = definitionOf(name);
    return atTest === undefined ? [] : [atTest(amount, { shape })];
  });
  return (plane) => chain.reduce((moved, apply) => apply(moved), plane);
}

/** The list for testing with ten crops: as it is, or, where it cuts nothing, as AlexNet's cuts. */
export function withCrops(augmentation: Augmentation, shape: ImageShape): Augmentation {
  if (augmentation.steps.some(({ name }) => name === 'crop')) return augmentation;
  const steps = augmentation.steps.filter(({ name }) => name !== 'scale');
  return {
    ...augmentation,
    steps: [...parseAugmentation(scaleAndCrop(shape), shape).steps, ...steps],
  };
}

/** Whether the list says itself what part of a picture is seen; else pictures are made to fit first. */
export function choosesPart({ steps }: Augmentation): boolean {
  return steps.some(({ name }) => definitionOf(name).atTest !== undefined);
}

/** Pixels of a picture's shorter side that are needed of it; undefined where parts are cut from it as it is. */
export function neededSide(augmentation: Augmentation, shape: ImageShape): number | undefined {
  if (!choosesPart(augmentation)) return Math.max(shape[0], shape[1]);
  const [first] = augmentation.steps;
  return first.name === 'scale' ? first.amount : undefined;
}

function definitionOf(name: string) {
  const found = transforms.find((transform) => transform.name === name);
  if (found === undefined) throw unknownName('augmentation', name, names);
  return found;
}
