/**
 * @file Layers that scale an input by known numbers, and reshapes of it: they become its preprocessing and its shape.
 *
 *   preprocessing   pixel -> (pixel - mean) * scale + offset
 *
 * Frozen normalisations with the numbers of a Rescaling or Normalization are such layers. Before:
 * `layers/normalization.ts`. Next stop: `finished.ts`.
 */
import { at } from '../../base/lists.ts';
import { shownValue } from '../../base/printable.ts';
import { layerShapes } from '../../nn/shapes.ts';
import {
  INPUT,
  type InputSpec,
  inputsOf,
  type LayerSpec,
  type ModelSpec,
  type Preprocessing,
} from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { TINY } from './layers/normalization.ts';

export interface Scaled {
  readonly spec: ModelSpec;
  readonly weights: ReadonlyMap<string, StateValue>;
  /** Of states whose numbers stand in the network: exact, one for all or one per channel. */
  readonly known: ReadonlyMap<string, readonly number[]>;
  /** Inputs whose pixels the model scales itself. */
  readonly scaled: ReadonlySet<string>;
  readonly notes: readonly string[];
}

/** What stands right behind the inputs is taken into them, as far as that goes. */
export function intoInputs(given: Pick<Scaled, 'spec' | 'weights' | 'known'>): Scaled {
  let now: Scaled = { ...given, scaled: new Set(), notes: [] };
  for (const { name } of inputsOf(given.spec)) {
    for (;;) {
      const next = oneStep(now, name);
      if (next === undefined) break;
      now = next;
    }
  }
  return now;
}

function oneStep(now: Scaled, name: string): Scaled | undefined {
  const input = inputsOf(now.spec).find((one) => one.name === name);
  const reader = input === undefined ? undefined : onlyReader(now.spec, name);
  if (input === undefined || reader === undefined) return undefined;
  return withoutReshape(now, input, reader) ?? withoutScaling(now, input, reader);
}

/** The one layer that reads an input, where others are left without it. */
function onlyReader(spec: ModelSpec, name: string): LayerSpec | undefined {
  const readers = layerShapes(spec).filter(({ inputs }) => inputs.includes(name));
  const [reader, ...more] = readers;
  const isOutput = spec.outputs?.some(({ layer }) => layer === reader?.spec.name);
  const isAlone = more.length === 0 && spec.layers.length > 1 && !isOutput;
  const isShared = spec.layers.some(({ shares }) => shares === reader?.spec.name);
  return isAlone && !isShared && reader?.spec.shares === undefined ? reader?.spec : undefined;
}

/** The spec without one layer, whose readers read the input in its place. */
function without(spec: ModelSpec, gone: LayerSpec, input: InputSpec): ModelSpec {
  const placed = layerShapes(spec).filter((layer) => layer.spec.name !== gone.name);
  const [only] = inputsOf(spec).length === 1 ? [INPUT] : [];
  let before = spec.inputs === undefined ? only : undefined;
  const layers = placed.map(({ spec: { inputs: _, ...layer }, inputs }) => {
    const reads = inputs.map((read) => (read === gone.name ? input.name : read));
    const isNext = reads.length === 1 && reads[0] === before;
    before = layer.name;
    return isNext ? layer : { ...layer, inputs: reads };
  });
  const inputs = inputsOf(spec).map((one) => (one.name === input.name ? input : one));
  const { shape: inputShape, preprocessing } = at(inputs, 0, 'input');
  const named = spec.inputs === undefined ? {} : { inputs };
  return { ...spec, inputShape, preprocessing, ...named, layers };
}

/** A reshape of the input: the same numbers in the same order. */
function withoutReshape(now: Scaled, input: InputSpec, reader: LayerSpec): Scaled | undefined {
  if (reader.kind !== 'reshape') return undefined;
  const placed = layerShapes(now.spec).find(({ spec }) => spec.name === reader.name);
  const shape = placed?.outputShape ?? [];
  if (shape.length !== 3) return undefined;
  const note = `reads (${shape.join(', ')}) in place of ${shownValue(reader.name)}`;
  const spec = without(now.spec, reader, { ...input, shape });
  return { ...now, spec, notes: [...now.notes, note] };
}

function withoutScaling(now: Scaled, input: InputSpec, reader: LayerSpec): Scaled | undefined {
  const { spec, weights, known, scaled, notes } = now;
  const isScaling =
    reader.kind === 'batchNormalization' &&
    reader.trainable === false &&
    reader.options.epsilon === TINY;
  if (!isScaling) return undefined;
  const channels = input.shape.at(-1) ?? 0;
  const of = (parameter: string): readonly number[] => {
    const state = `${reader.name}/${parameter}`;
    const numbers = known.get(state) ?? [...(weights.get(state)?.data ?? [])];
    return numbers.length === 1 ? Array<number>(channels).fill(at(numbers, 0, 'number')) : numbers;
  };
  const [gamma, beta] = [of('gamma'), of('beta')];
  const [mean, variance] = [of('movingMean'), of('movingVariance')];
  const factors = gamma.map((g, c) => g / Math.sqrt(at(variance, c, 'variance')));
  if (factors.some((factor) => factor === 0 || !Number.isFinite(factor))) return undefined;
  const shifts = beta.map((b, c) => b - at(factors, c, 'factor') * at(mean, c, 'mean'));
  // A network that scales by itself reads plain pixels.
  const before = scaled.has(input.name) ? input.preprocessing : { scale: 1, offset: 0 };
  const preprocessing = composed(before, factors, shifts);
  return {
    spec: without(spec, reader, { ...input, preprocessing }),
    weights: new Map([...weights].filter(([state]) => !state.startsWith(`${reader.name}/`))),
    known,
    scaled: new Set([...scaled, input.name]),
    notes: [...notes, `its layer ${shownValue(reader.name)} is the preprocessing`],
  };
}

/** Preprocessing, then y = factor x + shift, both per channel. */
function composed(
  before: Preprocessing,
  factors: readonly number[],
  shifts: readonly number[],
): Preprocessing {
  const scales = factors.map((factor, c) => factor * channelOf(before.scale, c));
  const offsets = shifts.map((shift, c) => shift + at(factors, c, 'factor') * before.offset);
  const [offset = 0] = offsets;
  const scale = areSame(scales) ? at(scales, 0, 'scale') : scales;
  const { mean } = before;
  if (areSame(offsets)) return { scale, offset, ...(mean === undefined ? {} : { mean }) };
  const means = offsets.map((shift, c) => (mean?.[c] ?? 0) - shift / at(scales, c, 'scale'));
  return { scale, offset: 0, mean: means };
}

const channelOf = (scale: Preprocessing['scale'], c: number): number =>
  typeof scale === 'number' ? scale : at(scale, c, 'scale');

const areSame = (numbers: readonly number[]): boolean => numbers.every((n) => n === numbers[0]);
