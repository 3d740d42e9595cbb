/**
 * @file Writes the spec of a model that is no chain: branches, joins, residual connections.
 *
 * Several inputs, several outputs, layers that are applied twice. Layers are called on what they read
 * (`layers/wiring.ts`); `tracing.ts` finds them from the outputs back, and this writes their names down. The
 * spec is the one that `sequential` writes. Next stop: `sequential.ts`, which checks it.
 */
import { FoveaError } from '../base/errors.ts';
import { nonEmpty } from '../base/lists.ts';
import { layerKinds, layers as table } from './layers/index.ts';
import {
  type AppliedLayer,
  isLayerOutput,
  type LayerInput,
  type LayerOutput,
  type ModelInput,
} from './layers/wiring.ts';
import { baseNameOf, LayerNames } from './names.ts';
import { parseModelSpec } from './sequential.ts';
import { INPUT, type ModelOptions, type ModelSpec } from './spec.ts';
import { appliedBetween } from './tracing.ts';

/** One thing, several in order, or several by name. */
type Several<T> = T | readonly T[] | Readonly<Record<string, T>>;

export interface ModelParts extends Omit<ModelOptions, 'inputShape'> {
  /** Several are named by a record, or by `input({ name })`. */
  readonly inputs: Several<LayerOutput>;
  /** Several are named by a record, else after their layers. */
  readonly outputs: Several<LayerOutput>;
}

/** An input of a model, for layers to be called on; `shape` is of one image: [height, width, channels]. */
export function input({ shape, name, preprocessing }: ModelInput): ModelInput {
  return {
    shape,
    ...(name === undefined ? {} : { name }),
    ...(preprocessing === undefined ? {} : { preprocessing }),
  };
}

/**
 * A model from its inputs to its outputs. Layers on no way between them are not part of it; a layer that is
 * applied twice has its parameters once.
 *
 *     const x = input({ shape: [28, 28, 1] });
 *     const a = conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' })(x);
 *     const b = conv2d({ filters: 8, kernelSize: 3, padding: 'same' })(a);
 *     const sum = add()(a, b);
 *     const y = dense({ units: 10, activation: 'softmax' })(flatten()(sum));
 *     const spec = model({ inputs: x, outputs: y });
 *
 *     model({ inputs: { left, right }, outputs: { digit: y, sum: z } });   // several, by name
 */
export function model({ inputs, outputs, name = 'model', ...options }: ModelParts): ModelSpec {
  const starts = startsOf(listOf(inputs, 'inputs'));
  const ends = listOf(outputs, 'outputs');
  const found = appliedBetween(
    starts.names,
    ends.map(({ output }) => output),
  );
  const names = new Map([...starts.names, ...namesOf(found, starts.names.values())]);
  const nameOf = (output: LayerOutput) => names.get(output) as string;
  const owners = new Map<LayerInput, string>();
  const [only] = starts.names.size === 1 ? starts.names.values() : [];
  const layers = found.map((output, i) => {
    const reads = output.reads.map(nameOf);
    const previous = found[i - 1];
    const before = previous === undefined ? only : nameOf(previous);
    // The layer before is what a layer reads anyway: a chain is written as `sequential` writes it.
    const isNext = reads.length === 1 && reads[0] === before;
    const { kind, options: own, trainable } = output.layer;
    const owner = ownsNumbers(kind) ? owners.get(output.layer) : undefined;
    owners.set(output.layer, owner ?? nameOf(output));
    return {
      kind,
      name: nameOf(output),
      options: own,
      ...(isNext ? {} : { inputs: reads }),
      ...(owner === undefined ? {} : { shares: owner }),
      ...(trainable === undefined ? {} : { trainable }),
    };
  });
  const isNamed = ends.length > 1 || ends.some(({ name: own }) => own !== undefined);
  const named = ends.map(({ name: own, output }) => {
    const layer = nameOf(output);
    return { name: own ?? layer, layer };
  });
  return parseModelSpec({
    ...options,
    name,
    ...inputsAsWritten(starts),
    ...(isNamed ? { outputs: named } : {}),
    layers,
  });
}

interface NamedOutput {
  readonly name: string | undefined;
  readonly output: LayerOutput;
}

function listOf(given: Several<LayerOutput>, noun: 'inputs' | 'outputs'): NamedOutput[] {
  const entries = (): (readonly [string | undefined, unknown])[] => {
    if (isLayerOutput(given)) return [[undefined, given]];
    if (Array.isArray(given)) return given.map((output) => [undefined, output]);
    return typeof given === 'object' && given !== null ? Object.entries(given) : [];
  };
  const found = entries().map(([name, output]) => {
    if (isLayerOutput(output)) return { name, output };
    throw wrong(`one of its ${noun} is ${String(output)}`, 'what input({ shape }) or a layer gave');
  });
  if (found.length === 0) throw wrong(`received no ${noun}`, 'at least one');
  return found;
}

interface Starts {
  readonly names: ReadonlyMap<LayerOutput, string>;
  /** Whether the spec names them; one alone without a name is "input". */
  readonly isNamed: boolean;
}

function startsOf(inputs: readonly NamedOutput[]): Starts {
  const names = new LayerNames();
  const starts = new Map<LayerOutput, string>();
  let isNamed = false;
  for (const { name, output } of inputs) {
    if (output.layer !== undefined) {
      throw wrong('its input is what a layer gives', 'what input({ shape }) gave');
    }
    if (starts.has(output)) throw wrong('one input is given twice', 'each input once');
    const own = name ?? output.name;
    isNamed ||= own !== undefined;
    starts.set(output, own === undefined ? names.takeFree(INPUT) : names.take(own));
  }
  return { names: starts, isNamed: isNamed || inputs.length > 1 };
}

/** Of one input without a name: its shape. */
function inputsAsWritten({ names, isNamed }: Starts) {
  const inputs = [...names].flatMap(([start, name]) =>
    start.layer === undefined ? [{ ...start, name }] : [],
  );
  if (isNamed) return { inputs };
  const [{ shape, preprocessing }] = nonEmpty(inputs, 'inputs');
  return { inputShape: shape, ...(preprocessing === undefined ? {} : { preprocessing }) };
}

function ownsNumbers(kind: string): boolean {
  return (
    layerKinds.includes(kind) && table[kind as keyof typeof table].layer.parameters !== undefined
  );
}

/**
 * Layers without a name are numbered, as in `sequential`, around the names that are given; so are further
 * applications of a layer with a name.
 */
function namesOf(
  found: readonly AppliedLayer[],
  inputs: Iterable<string>,
): ReadonlyMap<LayerOutput, string> {
  const names = new LayerNames([...inputs, ...found.flatMap(({ layer }) => layer.name ?? [])]);
  const applied = new Set<LayerInput>();
  const named = new Map<LayerOutput, string>();
  for (const output of found) {
    const { layer } = output;
    const isFirst = !applied.has(layer);
    applied.add(layer);
    const base = layer.name ?? baseNameOf(layer.kind);
    named.set(output, layer.name !== undefined && isFirst ? base : names.takeFree(base));
  }
  return named;
}

function wrong(problem: string, expected: string): FoveaError {
  return new FoveaError({ where: 'model', problem, expected });
}
