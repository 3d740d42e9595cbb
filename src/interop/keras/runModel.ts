/**
 * @file Calls the layers of a Keras model in order, each by its translation, and so writes the spec.
 *
 * A model that is a layer is gone through in place; a layer that is called again shares what its first call made.
 * Next stop: `layers/index.ts`; `buildModel.ts`, which begins and ends it.
 */
import { FoveaError } from '../../base/errors.ts';
import { type NonEmpty, nonEmpty } from '../../base/lists.ts';
import { shownValue } from '../../base/printable.ts';
import { sizeOf } from '../../base/shape.ts';
import type { SpecBuilder } from '../specBuilder.ts';
import { callOffsets, inOrder, keyOf, layerProblem } from './callOrder.ts';
import { isObject, type Json, LayerConfig } from './config.ts';
import type { KerasTensor, LayerContext, Variable } from './layers/context.ts';
import { translationOf } from './layers/index.ts';
import type { KerasLayer, KerasModel, LayerCall, TensorRef } from './topology.ts';

/** A layer of Keras that holds numbers. */
export interface LayerVariables {
  /** Names of the models around it, outermost first, and its own. */
  readonly path: readonly string[];
  readonly className: string;
  readonly variables: readonly Variable[];
  /** Whether training leaves it alone. */
  readonly frozen: boolean;
}

/** What is known while a model is gone through. */
export interface Run {
  readonly builder: SpecBuilder;
  readonly where: string;
  readonly kerasVersion: number;
  readonly notes: Set<string>;
  /** By path: names of the layers that each Keras layer became, for when it is called again. */
  readonly made: Map<string, readonly string[]>;
  readonly held: LayerVariables[];
  /** States whose numbers are known without the file's weights; one number stands for all. */
  readonly known: Map<string, readonly number[]>;
}

/** Where in the tree of models a layer stands. */
interface Place {
  readonly path: readonly string[];
  readonly trainable: boolean;
}

const TOP: Place = { path: [], trainable: true };

/** What a model gives for what it reads. */
export function runModel(
  run: Run,
  model: KerasModel,
  inputs: readonly KerasTensor[],
  place: Place = TOP,
): readonly KerasTensor[] {
  const here = { ...place, trainable: place.trainable && model.trainable };
  return model.kind === 'sequential'
    ? [runSequential(run, model, inputs, here)]
    : runFunctional(run, model, inputs, here);
}

function runSequential(
  run: Run,
  { layers }: KerasModel,
  inputs: readonly KerasTensor[],
  place: Place,
): KerasTensor {
  let [tensor] = nonEmpty(inputs, 'inputs');
  for (const layer of layers) {
    if (layer.className === 'InputLayer') continue;
    const [result, ...more] = apply(run, layer, { reads: [], options: {} }, [tensor], place);
    if (result === undefined || more.length > 0) {
      throw layerProblem(
        run.where,
        layer,
        `it gives ${more.length + 1} results in the middle of a chain`,
      );
    }
    tensor = result;
  }
  return tensor;
}

function runFunctional(
  run: Run,
  model: KerasModel,
  inputs: readonly KerasTensor[],
  place: Place,
): readonly KerasTensor[] {
  if (model.inputs.length !== inputs.length) {
    throw new FoveaError({
      where: run.where,
      problem: `${shownValue(model.name)} reads ${model.inputs.length} inputs and is given ${inputs.length}`,
    });
  }
  const results = new Map<string, readonly KerasTensor[]>();
  model.inputs.forEach(({ layer }, i) => {
    results.set(keyOf(layer, 0), inputs.slice(i, i + 1));
  });
  const offsets = callOffsets(model);
  const keyOfRef = ({ layer, node }: TensorRef) => keyOf(layer, node - (offsets.get(layer) ?? 0));
  for (const { layer, call, node } of inOrder(run.where, model, keyOfRef)) {
    const reads = call.reads.map((ref) => resultOf(run, results, ref, keyOfRef(ref)));
    results.set(keyOf(layer.name, node), apply(run, layer, call, nonEmpty(reads, 'inputs'), place));
  }
  return model.outputs.map(({ ref }) => resultOf(run, results, ref, keyOfRef(ref)));
}

function resultOf(
  { where }: Run,
  results: ReadonlyMap<string, readonly KerasTensor[]>,
  ref: TensorRef,
  key: string,
): KerasTensor {
  const result = results.get(key)?.[ref.tensor];
  if (result !== undefined) return result;
  throw new FoveaError({
    where,
    problem: `a layer reads result ${ref.tensor} of call ${ref.node} of ${shownValue(ref.layer)}, which there is not`,
    expected: 'results of layers that are called before',
    fix: 'the file is damaged: save the model again',
  });
}

/** One call of a layer, or of a model that is one. */
function apply(
  run: Run,
  layer: KerasLayer,
  call: LayerCall,
  inputs: NonEmpty<KerasTensor>,
  place: Place,
): readonly KerasTensor[] {
  const path = [...place.path, layer.name];
  if (layer.model !== undefined) return runModel(run, layer.model, inputs, { ...place, path });
  const where = `${run.where}: layer ${shownValue(layer.name)} (${layer.className})`;
  const note = (text: string) => run.notes.add(`${layer.name} (${layer.className}): ${text}`);
  checkCall(call, where, note);
  checkPrecision(layer.config.dtype, where, note);
  const translate = translationOf(layer.className, where);
  const isTrained =
    place.trainable && layer.config.trainable !== false && call.options.training !== false;
  try {
    const context = contextOf(run, layer, { path, where, inputs, isTrained, note });
    const result = translate(context);
    context.config.finish();
    return [result];
  } catch (error) {
    if (!(error instanceof FoveaError) || error.parts.where?.startsWith(run.where)) throw error;
    throw new FoveaError({ ...error.parts, where }, { cause: error });
  }
}

function contextOf(
  run: Run,
  { className, name, config }: KerasLayer,
  call: {
    readonly path: readonly string[];
    readonly where: string;
    readonly inputs: NonEmpty<KerasTensor>;
    readonly isTrained: boolean;
    readonly note: (text: string) => void;
  },
): LayerContext {
  const { builder } = run;
  const key = call.path.join('\0');
  const before = run.made.get(key);
  const made: string[] = [];
  if (before === undefined) run.made.set(key, made);
  return {
    className,
    name,
    where: call.where,
    config: new LayerConfig(config, call.where, call.note),
    inputs: call.inputs,
    kerasVersion: run.kerasVersion,
    add: (
      kind,
      options,
      { reads = call.inputs, turned = reads[0].turned, suffix, trainable } = {},
    ) => {
      const isTrained = trainable ?? call.isTrained;
      const tensor = builder.add({
        kind,
        name: suffix === undefined ? name : `${name}_${suffix}`,
        reads,
        ...(options === undefined ? {} : { options }),
        ...(isTrained ? {} : { trainable: false }),
        shares: before?.[made.length],
      });
      made.push(tensor.name);
      return { ...tensor, turned };
    },
    holds: (variables) => {
      if (before !== undefined) return;
      run.held.push({
        path: call.path,
        className,
        frozen: !call.isTrained,
        variables: variables.map(({ name: own, parameter, tensor, shape, trainable = true }) => {
          const state = tensor === undefined ? undefined : `${tensor.name}/${parameter}`;
          const here = state === undefined ? undefined : builder.parameterShape(state);
          const common = { name: own, shape: shape ?? here ?? [], trainable };
          return state === undefined ? common : { ...common, state };
        }),
      });
    },
    sets: (tensor, parameter, numbers) => {
      const state = `${tensor.name}/${parameter}`;
      const shape = builder.parameterShape(state);
      if (shape === undefined) return; // another's
      const all = [numbers].flat();
      if (all.length !== 1 && all.length !== sizeOf(shape)) {
        throw new FoveaError({
          where: call.where,
          problem: `it has ${all.length} numbers for ${sizeOf(shape)} channels`,
        });
      }
      run.known.set(state, all);
    },
    note: call.note,
    refused: (what, fix = 'build the model without it and save it again') =>
      new FoveaError({ where: call.where, problem: what, fix }),
  };
}

/** Options of a call change answers unless they are off. */
function checkCall({ options }: LayerCall, where: string, note: (text: string) => void): void {
  for (const [key, value] of Object.entries(options)) {
    if (value === null || (key === 'training' && value === false)) continue;
    throw new FoveaError({
      where,
      problem: `it is called with ${key} = ${shownValue(value)}`,
      expected: 'calls without options',
    });
  }
  if (options.training === false) note('is called as in use even in training, so its numbers stay');
}

/** All arithmetic here is in float32; numbers packed in fewer bits than a half are another network. */
function checkPrecision(dtype: unknown, where: string, note: (text: string) => void): void {
  const named = isObject(dtype) ? nameOfPolicy(dtype) : dtype;
  if (named === undefined || named === null || named === 'float32') return;
  const name = String(named);
  if (/^(mixed_)?(float16|bfloat16|float64)$/.test(name)) {
    note(`computes in float32 here, in Keras in ${name}`);
  } else if (!/^u?int(8|16|32|64)$|^bool$|^string$/.test(name)) {
    throw new FoveaError({
      where,
      problem: `its precision is ${shownValue(name)}`,
      expected: 'float32, or a float that is brought to it',
      fix: 'save the model before it is quantised',
    });
  }
}

const nameOfPolicy = ({ config, class_name: kind }: Json): unknown =>
  isObject(config) && config.name !== undefined ? config.name : kind;
