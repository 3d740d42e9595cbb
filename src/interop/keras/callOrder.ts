/**
 * @file The calls of a functional model of Keras, in an order in which each finds what it reads.
 *
 * Previous stop: `runModel.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';
import type { KerasLayer, KerasModel, LayerCall, TensorRef } from './topology.ts';

/** Of a call of a layer, counted from 0. */
export const keyOf = (layer: string, node: number) => `${layer}\0${node}`;

/** Calls of a model that is a layer are counted from 1 in some files: its own making was the first. */
export function callOffsets({ layers, outputs }: KerasModel): ReadonlyMap<string, number> {
  const models = new Set(
    layers.filter((layer) => layer.model !== undefined).map(({ name }) => name),
  );
  const least = new Map<string, number>();
  const refs = [
    ...layers.flatMap(({ calls }) => calls.flatMap(({ reads }) => reads)),
    ...outputs.map(({ ref }) => ref),
  ];
  for (const { layer, node } of refs) {
    if (models.has(layer)) least.set(layer, Math.min(node, least.get(layer) ?? node));
  }
  return least;
}

export interface Pending {
  readonly layer: KerasLayer;
  readonly call: LayerCall;
  readonly node: number;
}

/** Every call after those it reads, as near to the order of the file as that goes. */
export function inOrder(
  where: string,
  model: KerasModel,
  keyOfRef: (ref: TensorRef) => string,
): Pending[] {
  const inputs = new Set(model.inputs.map(({ layer }) => layer));
  const calls = model.layers
    .filter(({ name }) => !inputs.has(name))
    .flatMap((layer) => layer.calls.map((call, node): Pending => ({ layer, call, node })));
  const done = new Set([...inputs].map((name) => keyOf(name, 0)));
  const waiting = new Map<string, Pending[]>();
  const order: Pending[] = [];
  /** Puts a call in the order, or to those that wait for what it lacks. */
  const place = (call: Pending): void => {
    const missing = call.call.reads.map(keyOfRef).find((key) => !done.has(key));
    if (missing === undefined) order.push(call);
    else waiting.set(missing, [...(waiting.get(missing) ?? []), call]);
  };
  let placed = 0;
  for (const call of calls) {
    place(call);
    // What was placed may be what others wait for.
    for (; placed < order.length; placed++) {
      const { layer, node } = order[placed] as Pending;
      const key = keyOf(layer.name, node);
      done.add(key);
      const freed = waiting.get(key) ?? [];
      waiting.delete(key);
      freed.forEach(place);
    }
  }
  if (order.length === calls.length) return order;
  const [stuck] = [...waiting.values()].flat();
  throw layerProblem(
    where,
    stuck?.layer,
    'it reads a layer that there is not, or one that reads it in turn',
  );
}

export function layerProblem(
  where: string,
  layer: KerasLayer | undefined,
  what: string,
): FoveaError {
  return new FoveaError({
    where: `${where}: layer ${shownValue(layer?.name)} (${layer?.className})`,
    problem: what,
    fix: 'the file is damaged, or no model of layers: save the model again',
  });
}
