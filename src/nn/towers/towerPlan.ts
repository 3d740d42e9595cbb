/**
 * @file A network as two towers, each on a rank of its own: what each layer does with the halves, as in 2012.
 *
 *   alike     what both compute alike, of whole numbers: before the first weights, after the last
 *   first     reads the whole input, gives a half: conv1
 *   own       reads its tower's half and gives one: conv2, pooling, dropout
 *   border    own, and some of the other tower's maps next to the border: normalisation across both towers' maps
 *   exchange  reads both halves, gives one: conv3, fc6, fc7
 *   sum       weighs its half; the sums of both are added up: fc8
 *
 * Next stop: `towerLayers.ts`, the layers of one tower.
 */
import { FoveaError, unreachable } from '../../base/errors.ts';
import { at, first } from '../../base/lists.ts';
import { sizeOf } from '../../base/shape.ts';
import { layerShapes, type PlacedLayer } from '../shapes.ts';
import { inputsOf, type ModelSpec, outputsOf } from '../spec.ts';

/** As many as the network of 2012 had, and as a pair of ranks is. */
export const TOWERS = 2;

export type TowerRole = 'alike' | 'first' | 'own' | 'border' | 'exchange' | 'sum';

export interface TowerLayer {
  readonly role: TowerRole;
  /** As the whole network has it. */
  readonly whole: PlacedLayer;
  /**
   * What it reads and gives belongs to the towers by turns, so many neighbouring numbers of a row to each: half the
   * maps, also where a picture was flattened. Undefined: both have all.
   */
  readonly reads: number | undefined;
  readonly gives: number | undefined;
}

export interface TowerPlan {
  readonly spec: ModelSpec;
  readonly layers: readonly TowerLayer[];
}

/** Layers whose channels, or numbers, do not see each other. */
const SEPARATE: ReadonlySet<string> = new Set([
  'activation',
  'averagePooling2d',
  'batchNormalization',
  'clip',
  'cropping2d',
  'dropout',
  'flatten',
  'globalAveragePooling2d',
  'globalMaxPooling2d',
  'globalMinPooling2d',
  'maxPooling2d',
  'minPooling2d',
  'padding2d',
  'prelu',
  'subsampling2d',
  'upsampling2d',
  'zeroPadding2d',
]);

/** Layers that weigh what they read, and the option that says how many maps or numbers they give. */
const WIDTHS: ReadonlyMap<string, 'filters' | 'units'> = new Map([
  ['conv2d', 'filters'],
  ['dense', 'units'],
]);

export const widthOption = ({ spec }: PlacedLayer) => WIDTHS.get(spec.kind);

export const groupsOf = ({ spec }: PlacedLayer): number => Number(spec.options.groups ?? 1);

/** Throws where the network is not two towers that end in a dense layer. */
export function towerPlan(spec: ModelSpec): TowerPlan {
  const placed = layerShapes(spec);
  checkChain(spec, placed);
  if (!placed.some((layer) => groupsOf(layer) === TOWERS)) throw noTowers(spec);
  const end = placed.findLastIndex((layer) => widthOption(layer) !== undefined);
  const layers: TowerLayer[] = [];
  let reads: number | undefined;
  for (const [i, whole] of placed.entries()) {
    const role = i > end ? 'alike' : roleOf(whole, reads, i === end);
    const gives = role === 'alike' || role === 'sum' ? undefined : halfOf(whole, reads);
    layers.push({ role, whole, reads, gives });
    reads = gives;
  }
  return { spec, layers };
}

/** Of a layer up to the last one with weights. */
function roleOf(whole: PlacedLayer, reads: number | undefined, isEnd: boolean): TowerRole {
  const { kind, options } = whole.spec;
  const isWeighing = widthOption(whole) !== undefined;
  const groups = groupsOf(whole);
  if (reads === undefined) {
    if (isWeighing && !isEnd && groups === 1) return 'first';
    // Its gradient would be in two parts, one in each tower.
    if (isWeighing || whole.parameters.length > 0) {
      throw misfit(whole, 'a layer with weights that sees the whole picture, to begin with');
    }
    return 'alike';
  }
  if (isEnd) {
    if (kind === 'dense') return 'sum';
    throw misfit(whole, 'a dense layer as the last with weights');
  }
  if (options.activation === 'softmax') throw misfit(whole, 'softmax after the last weights');
  const normalizes = kind === 'localResponseNormalization';
  if (groups === 1 && isWeighing) return 'exchange';
  if (groups === 1 && normalizes) return 'border';
  if (isWeighing || normalizes ? groups === TOWERS : SEPARATE.has(kind)) return 'own';
  throw misfit(whole, 'layers of one or two groups, and such as see each channel by itself');
}

/** How many neighbouring numbers of what it gives belong to one tower. */
function halfOf(whole: PlacedLayer, reads: number | undefined): number {
  const width = widthOption(whole);
  if (width === undefined) {
    const half = reads ?? unreachable('a half of what both have');
    const isCut = whole.parameters.every(({ shape }) => sizeOf(shape) % (TOWERS * half) === 0);
    if (isCut) return half;
    throw misfit(whole, 'parameters of its own for each channel');
  }
  const all = Number(whole.spec.options[width]);
  if (all % TOWERS === 0) return all / TOWERS;
  throw misfit(whole, `an even number of ${width}, received ${all}`);
}

function checkChain(spec: ModelSpec, placed: readonly PlacedLayer[]): void {
  const isChain =
    inputsOf(spec).length === 1 &&
    outputsOf(spec).length === 1 &&
    first(outputsOf(spec), 'output').layer === placed.at(-1)?.spec.name &&
    placed.every(
      ({ spec: { shares }, inputs }, i) =>
        shares === undefined &&
        inputs.length === 1 &&
        (i === 0 || inputs[0] === at(placed, i - 1, 'layer').spec.name),
    );
  if (isChain) return;
  throw new FoveaError({
    problem: `${spec.name} is no chain of layers`,
    expected: 'one layer behind the other, from one input to one output, to be split in towers',
  });
}

function noTowers({ name }: ModelSpec): FoveaError {
  return new FoveaError({
    problem: `${name} has no towers`,
    expected: 'convolutions of two groups, as alexnet has them',
    fix: 'train it whole, or by ranks that share the rows of each batch',
  });
}

function misfit({ spec: { name, kind } }: PlacedLayer, expected: string): FoveaError {
  return new FoveaError({
    where: `layer "${name}" (${kind})`,
    problem: 'it cannot be split between two towers',
    expected,
  });
}
