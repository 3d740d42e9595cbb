/**
 * @file Writes the spec of a model that is no chain: branches, joins, residual connections.
 *
 * Layers are called on what they read (`layers/wiring.ts`); from the output back to the input this finds
 * all of them, in an order in which each comes after those it reads, and writes their names down. The spec
 * is the one that `sequential` writes. Next stop: `sequential.ts`, which checks it.
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { layerKinds, layers as table } from './layers/index.ts';
import type { LayerInput, LayerOutput } from './layers/wiring.ts';
import { LayerNames } from './names.ts';
import { parseModelSpec } from './sequential.ts';
import { INPUT, type ModelOptions, type ModelSpec } from './spec.ts';

type Output = Extract<LayerOutput, { readonly reads: unknown }>;

export interface ModelParts extends Omit<ModelOptions, 'inputShape'> {
  readonly inputs: LayerOutput | readonly LayerOutput[];
  readonly outputs: LayerOutput | readonly LayerOutput[];
}

/** The input of a model, for layers to be called on; `shape` is of one image: [height, width, channels]. */
export function input({ shape }: { readonly shape: Shape }): LayerOutput {
  return { shape };
}

/**
 * A model from its input to its output. Layers on no way between the two are not part of it.
 *
 *     const x = input({ shape: [28, 28, 1] });
 *     const a = conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' })(x);
 *     const b = conv2d({ filters: 8, kernelSize: 3, padding: 'same' })(a);
 *     const sum = add()(a, b);
 *     const y = dense({ units: 10, activation: 'softmax' })(flatten()(sum));
 *     const spec = model({ inputs: x, outputs: y });
 */
export function model({ inputs, outputs, name = 'model', ...options }: ModelParts): ModelSpec {
  const start = theOne(inputs, 'inputs', 'join the pictures along their channels before the model');
  const end = theOne(outputs, 'outputs', 'join them with concatenate, or make a model of each');
  if (start.layer !== undefined) {
    throw wrong('its input is what a layer gives', 'what input({ shape }) gave');
  }
  const found = outputsBefore(end, start);
  checkNotShared(found);
  const names = namesOf(found);
  const layers = found.map((output, i) => {
    const reads = output.reads.map((from) => names.get(from) ?? INPUT);
    const before = i === 0 ? INPUT : names.get(found[i - 1]);
    // The layer before is what a layer reads anyway: a chain is written as `sequential` writes it.
    const isNext = reads.length === 1 && reads[0] === before;
    const { kind, options: own } = output.layer;
    return { kind, name: names.get(output), options: own, ...(isNext ? {} : { inputs: reads }) };
  });
  return parseModelSpec({ ...options, name, inputShape: start.shape, layers });
}

/** Every layer's output between the input and `end`, each after those it reads. */
function outputsBefore(end: LayerOutput, start: LayerOutput): Output[] {
  const found: Output[] = [];
  const seen = new Set<LayerOutput>();
  // A stack, not a recursion: models may be deep. `true` means that all it reads is found.
  const stack: [LayerOutput, boolean][] = [[end, false]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [output, ready] = top;
    if (output.layer === undefined) {
      if (output !== start) throw foreignInput(output.shape, start);
      continue;
    }
    if (ready) found.push(output);
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push([output, true]);
    for (const read of output.reads.toReversed()) stack.push([read, false]);
  }
  if (found.length > 0) return found;
  throw wrong('its output is its input', 'at least one layer between them');
}

function foreignInput(shape: Shape, start: LayerOutput): FoveaError {
  const given = 'shape' in start ? formatShape(start.shape) : '';
  return wrong(
    `its output reads an input of ${formatShape(shape)} that is not the one given, of ${given}`,
    'one input that all layers start from',
    'pass the very value that input({ shape }) gave',
  );
}

/** Two calls of one layer would share its numbers, which a spec has no word for. */
function checkNotShared(found: readonly Output[]): void {
  const called = new Set<LayerInput>();
  for (const { layer } of found) {
    if (called.has(layer) && ownsNumbers(layer.kind)) {
      throw new FoveaError({
        where: layer.name === undefined ? `layer ${layer.kind}` : `layer "${layer.name}"`,
        problem: 'it is called twice',
        expected: 'a layer with parameters to be called once: layers share no parameters',
        fix: `write ${layer.kind}({ ... }) once for each call`,
      });
    }
    called.add(layer);
  }
}

function ownsNumbers(kind: string): boolean {
  return (
    layerKinds.includes(kind) && table[kind as keyof typeof table].layer.parameters !== undefined
  );
}

/** Layers without a name are numbered, as in `sequential`, around the names that are given. */
function namesOf(found: readonly Output[]): Map<LayerOutput, string> {
  const names = new LayerNames([INPUT, ...found.flatMap(({ layer }) => layer.name ?? [])]);
  return new Map(
    found.map((output) => [output, output.layer.name ?? names.takeFree(output.layer.kind)]),
  );
}

function theOne(
  given: LayerOutput | readonly LayerOutput[],
  noun: 'inputs' | 'outputs',
  fix: string,
): LayerOutput {
  const list = Array.isArray(given) ? given : [given];
  if (list.length === 1 && typeof list[0] === 'object') return list[0];
  const received = list.length === 1 ? String(list[0]) : `${list.length} ${noun}`;
  throw wrong(`received ${received}`, `one of its ${noun}`, list.length > 1 ? fix : undefined);
}

function wrong(problem: string, expected: string, fix?: string): FoveaError {
  return new FoveaError({
    where: 'model',
    problem,
    expected,
    ...(fix === undefined ? {} : { fix }),
  });
}
