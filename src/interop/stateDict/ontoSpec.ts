/**
 * @file Finds, for weights that come without their network, the layers of a network they belong to.
 *
 * By name where a layer is called as a module; the others by the shapes of all their tensors; layers of the same shapes
 * by order, where the file has one. What cannot be decided is an error that lists both sides.
 * Before: `torchLayers.ts`.
 */
import { advice, FoveaError, setting } from '../../base/errors.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue, TrainedModel } from '../../nn/trained.ts';
import type { StateDict } from './stateDict.ts';
import { type TorchLayer, torchLayers } from './torchLayers.ts';

/** A module of the file: tensors by the last part of their name. */
interface Module {
  /** "features.0" */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, StateValue>;
}

export interface Matched {
  readonly weights: TrainedModel['weights'];
  /** Which layer got which module, in sentences. */
  readonly notes: readonly string[];
}

/** `where` names the file in errors. */
export function ontoSpec(dict: StateDict, spec: ModelSpec, where: string): Matched {
  const layers = torchLayers(spec);
  const modules = modulesOf(dict.entries);
  const pairs = pair(layers, modules, dict.isInOrder, (problem) =>
    mismatch(problem, layers, modules, where),
  );
  const weights = new Map<string, StateValue>();
  const notes: string[] = [];
  for (const [{ layer, slots }, module] of pairs) {
    for (const { torch, parameter, fromTorch } of slots) {
      const value = module.tensors.get(torch);
      if (value !== undefined) weights.set(parameter, fromTorch(value));
    }
    const shapes = slots.map(({ torch, shape }) => `${torch} ${formatShape(shape)}`).join(', ');
    notes.push(`${layer.spec.name} takes ${module.name}: ${shapes}`);
  }
  const normalized = layers.filter(({ layer }) => layer.spec.kind === 'batchNormalization');
  if (normalized.length > 0) {
    const epsilons = [...new Set(normalized.map(({ layer }) => layer.spec.options.epsilon))];
    notes.push(
      `epsilon of the batch normalisations is ${epsilons.join(', ')}, as the model says (the file does not; PyTorch's is 1e-5 unless said)`,
    );
  }
  return { weights, notes };
}

/** Counters that no answer depends on. */
const IGNORED = /(^|\.)num_batches_tracked$/;
/** Tensors of one module that are named by two parts. */
const INNER = /^(.*?)\.?((?:depthwise|pointwise)\.(?:weight|bias))$/;

function modulesOf(entries: StateDict['entries']): readonly Module[] {
  const modules = new Map<string, Map<string, StateValue>>();
  const put = (module: string, tensor: string, value: StateValue) => {
    const tensors = modules.get(module) ?? new Map<string, StateValue>();
    modules.set(module, tensors.set(tensor, value));
  };
  for (const [name, value] of withoutCommonPrefix(entries)) {
    if (IGNORED.test(name)) continue;
    const inner = INNER.exec(name);
    const dot = name.lastIndexOf('.');
    if (inner !== null) put(inner[1] ?? '', inner[2] ?? '', value);
    else put(name.slice(0, Math.max(0, dot)), name.slice(dot + 1), value);
  }
  return [...modules].map(([name, tensors]) => ({ name, tensors }));
}

/** What wrappers put before every name: "module." of DataParallel, "_orig_mod." of compiled networks, "model.". */
function withoutCommonPrefix(entries: StateDict['entries']): [string, StateValue][] {
  let named = [...entries];
  for (const prefix of ['module.', '_orig_mod.', 'model.', 'net.', 'module.']) {
    if (named.length > 0 && named.every(([name]) => name.startsWith(prefix))) {
      named = named.map(([name, value]) => [name.slice(prefix.length), value]);
    }
  }
  return named;
}

type Pairs = readonly (readonly [TorchLayer, Module])[];

/** A module has all tensors of the layer, in their shapes, and no others. */
function fits({ slots }: TorchLayer, { tensors }: Module): boolean {
  return (
    tensors.size === slots.length &&
    slots.every(({ torch, shape }) => {
      const value = tensors.get(torch);
      return value !== undefined && sameShape(value.shape, shape);
    })
  );
}

const nameOf = ({ layer }: TorchLayer): string => layer.spec.name;

function pair(
  layers: readonly TorchLayer[],
  modules: readonly Module[],
  isInOrder: boolean,
  refuse: (problem: string) => FoveaError,
): Pairs {
  const named = new Map(modules.map((module) => [module.name, module]));
  const chosen = new Map<TorchLayer, Module>();
  for (const layer of layers) {
    const module = named.get(nameOf(layer));
    if (module === undefined) continue;
    if (!fits(layer, module)) throw refuse(`"${module.name}" is on both sides, in other shapes`);
    chosen.set(layer, module);
  }
  const taken = new Set(chosen.values());
  const left = layers.filter((layer) => !chosen.has(layer));
  const free = modules.filter((module) => !taken.has(module));
  for (const layer of left) {
    if (chosen.has(layer)) continue;
    const fitting = free.filter((module) => fits(layer, module));
    const candidates = isInOrder ? fitting : byNumbers(fitting);
    if (candidates === undefined) {
      throw refuse(
        `${fitting.map(({ name }) => name).join(' and ')} have the same shapes, and the file has no order`,
      );
    }
    const alike = left.filter((other) => candidates.some((module) => fits(other, module)));
    if (candidates.length === 0) throw refuse(`nothing in the file fits layer "${nameOf(layer)}"`);
    if (candidates.length !== alike.length) {
      throw refuse(
        `${alike.length} layers have the shapes of ${candidates.length} modules of the file`,
      );
    }
    alike.forEach((other, i) => {
      const module = candidates[i];
      if (module !== undefined) chosen.set(other, module);
    });
  }
  const used = new Set(chosen.values());
  const unused = modules.find((module) => !used.has(module));
  if (unused !== undefined) throw refuse(`"${unused.name}" of the file belongs to no layer`);
  return layers.flatMap((layer) => {
    const module = chosen.get(layer);
    return module === undefined ? [] : [[layer, module] as const];
  });
}

/** A file without an order has one in names that differ by their numbers alone: layers.2 before layers.10. */
function byNumbers(modules: readonly Module[]): readonly Module[] | undefined {
  const shapes = new Set(modules.map(({ name }) => name.replace(/\d+/g, '#')));
  if (shapes.size > 1) return undefined;
  return modules.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function mismatch(
  problem: string,
  layers: readonly TorchLayer[],
  modules: readonly Module[],
  where: string,
): FoveaError {
  const shapes = (all: Iterable<readonly [string, readonly number[]]>) =>
    [...all].map(([name, shape]) => `${name} ${formatShape(shape)}`).join(', ');
  const ours = layers.map(
    ({ layer, slots }) =>
      `${layer.spec.name}: ${shapes(slots.map(({ torch, shape }) => [torch, shape] as const))}`,
  );
  return new FoveaError({
    where,
    problem: `${problem}\n  the file has\n    ${moduleLines(modules).join('\n    ')}\n  the model has\n    ${ours.join('\n    ')}`,
    expected: 'a module of the file for every layer with weights',
    fix: 'write the model the file belongs to (model.json), its layers called as the modules are: "name": "features.0"',
  });
}

function moduleLines(modules: readonly Module[]): string[] {
  return modules.map(({ name, tensors }) => {
    const shapes = [...tensors].map(([tensor, { shape }]) => `${tensor} ${formatShape(shape)}`);
    return `${name === '' ? '(no module)' : name}: ${shapes.join(', ')}`;
  });
}

/** Where no network was given: what the file holds, and what is missing. */
export function needsSpec({ entries }: StateDict, where: string): FoveaError {
  return new FoveaError({
    where,
    problem: `it holds weights and no network: activations, strides and pooling are not in it\n  it has\n    ${moduleLines(modulesOf(entries)).join('\n    ')}`,
    expected: 'the network they belong to beside it: the name of a model, a model.json or a run',
    fix: advice`${setting('model', 'lenet5')}, or a model.json of your own (fovea init writes one to change)`,
  });
}
