/**
 * @file Our layers' names as attributes of a PyTorch module: what a Python name may not be is written otherwise.
 *
 * Before: `../stateDict/torchLayers.ts`. Next stop: `writeTorchPickle.ts`; `moduleText.ts`.
 */
import { unreachable } from '../../base/errors.ts';
import type { StateValue, TrainedModel } from '../../nn/trained.ts';
import { torchLayers } from '../stateDict/torchLayers.ts';

/** Words of Python, and what a module has already. */
const TAKEN = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with forward train eval type half float double to ' +
    'cpu cuda apply children modules parameters buffers state_dict training F nn torch self x'
  ).split(' '),
);

/** By our names, all different. */
export function torchNames(layers: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set(TAKEN);
  for (const layer of layers) {
    const plain = layer.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
    let name = plain;
    for (let i = 1; taken.has(name); i++) name = `${plain}_${i}`;
    taken.add(name);
    names.set(layer, name);
  }
  return names;
}

/** The state dict of the module that `moduleText` writes: PyTorch's names and layouts. */
export function torchState({ spec, weights }: TrainedModel): ReadonlyMap<string, StateValue> {
  const names = torchNames(spec.layers.map(({ name }) => name));
  const state = new Map<string, StateValue>();
  for (const { layer, slots } of torchLayers(spec)) {
    const module = names.get(layer.spec.name) ?? layer.spec.name;
    for (const { torch, parameter, toTorch } of slots) {
      const value = weights.get(parameter) ?? unreachable(`no ${parameter}`);
      state.set(`${module}.${torch}`, toTorch(value));
    }
  }
  return state;
}
