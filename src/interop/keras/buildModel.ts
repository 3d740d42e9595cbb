/**
 * @file From the tree of a Keras model to a spec: its inputs, its layers, its outputs; and which numbers it wants.
 *
 * Before: `topology.ts`. Next stop: `runModel.ts`; `weights/assign.ts`, which brings the numbers.
 */
import { FoveaError } from '../../base/errors.ts';
import { nonEmpty } from '../../base/lists.ts';
import { shownValue } from '../../base/printable.ts';
import type { Shape } from '../../base/shape.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { modelNameOf, type Source } from '../source.ts';
import { SpecBuilder } from '../specBuilder.ts';
import type { KerasTensor } from './layers/context.ts';
import { translationOf } from './layers/index.ts';
import { type LayerVariables, type Run, runModel } from './runModel.ts';
import type { KerasLayer, KerasModel } from './topology.ts';

/** A model before its numbers. */
export interface BuiltKeras {
  readonly spec: ModelSpec;
  readonly held: readonly LayerVariables[];
  readonly known: ReadonlyMap<string, readonly number[]>;
  readonly notes: readonly string[];
}

export function buildModel(
  model: KerasModel,
  source: Pick<Source, 'name' | 'where'>,
  kerasVersion: number,
): BuiltKeras {
  const { where } = source;
  const name = modelNameOf(source);
  const builder = new SpecBuilder();
  const run: Run = {
    builder,
    where,
    kerasVersion,
    notes: new Set(),
    made: new Map(),
    held: [],
    known: new Map(),
  };
  checkClasses(model, where);
  const inputs = inputsOf(run, model);
  const all = runModel(run, model, inputs);
  const named = all.map((tensor, i) => ({ name: outputName(model, i), tensor }));
  const outputs = ends(run, named);
  for (const name of builder.unread(outputs.map(({ tensor }) => tensor))) {
    run.notes.add(`left out the input ${shownValue(name)}, which no output depends on`);
  }
  if (outputs.some(({ tensor }) => inputs.includes(tensor))) {
    throw new FoveaError({
      where,
      problem: 'its output is its input',
      expected: 'a layer between',
    });
  }
  for (const { name, tensor } of outputs) {
    if (!tensor.turned) continue;
    run.notes.add(
      `its output ${shownValue(name)} is (height, width, channels), in Keras channels first`,
    );
  }
  // Keras gives a name to every model, "sequential_3" says nothing.
  const isNamed = !/^(sequential|model|functional)_?\d*$/i.test(model.name);
  const spec = builder.build({
    name: isNamed ? model.name : name,
    outputs: nonEmpty(outputs, 'outputs'),
  });
  const layers = new Set(spec.layers.map(({ name }) => name));
  const isThere = (state: string) => layers.has(state.slice(0, state.lastIndexOf('/')));
  return {
    spec,
    // Layers on no way to an output have numbers in the file all the same.
    held: run.held.map((layer) => ({
      ...layer,
      variables: layer.variables.map(({ state, ...variable }) =>
        state === undefined || !isThere(state) ? variable : { ...variable, state },
      ),
    })),
    known: new Map([...run.known].filter(([state]) => isThere(state))),
    notes: [...run.notes],
  };
}

/** Every layer is one that is known, before anything else is said of the model. */
function checkClasses({ layers }: KerasModel, where: string): void {
  for (const { name, className, model } of layers) {
    if (model !== undefined) checkClasses(model, where);
    else if (className !== 'InputLayer') {
      translationOf(className, `${where}: layer ${shownValue(name)} (${className})`);
    }
  }
}

const outputName = ({ outputs, layers }: KerasModel, i: number): string =>
  outputs[i]?.name ?? layers.at(-1)?.name ?? 'output';

/** Outputs that lie on the way to another are looks inside; the others are what the model is for. */
function ends(
  run: Run,
  outputs: readonly { readonly name: string; readonly tensor: KerasTensor }[],
) {
  const tensors = outputs.map(({ tensor }) => tensor);
  const inner = outputs.filter(({ tensor }) => run.builder.leadsTo(tensor, tensors));
  if (inner.length > 0) {
    const names = inner.map(({ name }) => name).join(', ');
    run.notes.add(`left out the outputs ${names}, which lie on the way to another`);
  }
  return outputs.filter((output) => !inner.includes(output));
}

/** The inputs of the model; images that are channels first in Keras are channels last here. */
function inputsOf(run: Run, model: KerasModel): readonly KerasTensor[] {
  const shapes = inputShapes(model);
  const isFirst = hasChannelsFirst(model);
  return shapes.map(({ name, shape: given }) => {
    const shape = checkedShape(given, name, run.where);
    const turned = isFirst && shape.length === 3;
    if (turned) run.notes.add(`reads (height, width, channels), where Keras reads channels first`);
    const [C = 0, H = 0, W = 0] = shape;
    const input = run.builder.input(
      turned ? [H, W, C] : shape,
      shapes.length > 1 ? name : undefined,
    );
    return { ...input, turned };
  });
}

interface GivenShape {
  readonly name: string;
  /** With the batch before it. */
  readonly shape: unknown;
}

function inputShapes(model: KerasModel): readonly GivenShape[] {
  if (model.kind === 'functional') {
    return model.inputs.map(({ layer: name }) => {
      const layer = model.layers.find((one) => one.name === name);
      return { name, shape: layer === undefined ? undefined : shapeIn(layer) };
    });
  }
  const [first] = model.layers;
  if (first === undefined) return [{ name: 'input', shape: undefined }];
  if (first.model !== undefined) {
    const own = shapeIn(first);
    return own === undefined ? inputShapes(first.model) : [{ name: first.name, shape: own }];
  }
  return [{ name: first.name, shape: shapeIn(first) ?? model.builtFor }];
}

const shapeIn = ({ config }: KerasLayer): unknown => config.batch_shape ?? config.batch_input_shape;

function checkedShape(given: unknown, name: string, where: string): Shape {
  const [, ...shape] = Array.isArray(given) ? given : [];
  const isKnown = shape.length > 0 && shape.every((n) => Number.isSafeInteger(n) && n > 0);
  if (isKnown) return shape as number[];
  throw new FoveaError({
    where,
    problem:
      given === undefined
        ? `it does not say the shape of its input`
        : `its input ${shownValue(name)} is ${shownValue(given)}: of no fixed size`,
    expected: 'a shape in numbers, as in [null, 28, 28, 1]',
    fix: 'build the model with an input_shape in numbers, load the weights into it and save it again',
  });
}

function hasChannelsFirst({ layers }: KerasModel): boolean {
  return layers.some(({ config, model }) =>
    model === undefined ? config.data_format === 'channels_first' : hasChannelsFirst(model),
  );
}
