/**
 * @file The numbers of a network between its towers: which each holds, cut out of the whole ones and put back.
 *
 * A parameter belongs to the towers by turns, so many neighbouring numbers to each (the last axis in halves; of the
 * last layer's kernel the rows), or both hold all of it. Slots of the optimizer lie as their parameter does.
 * Before: `towerLayers.ts`. Next stop: `train/towers.ts`.
 */
import { first } from '../../base/lists.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import { type Optimizer, slotName } from '../optimizers/optimizer.ts';
import { TOWERS, type TowerLayer, type TowerPlan } from './towerPlan.ts';

export interface HeldState {
  readonly name: string;
  /** Of the whole network. */
  readonly shape: Shape;
  /** Neighbouring numbers that belong to one tower; undefined: both hold all. */
  readonly turn: number | undefined;
}

/** Of every parameter, and of the slots of an optimizer. */
export function heldStates({ layers }: TowerPlan, optimizer?: Optimizer): HeldState[] {
  const parameters = layers.flatMap(heldBy);
  const slots = optimizer?.slots ?? [];
  return parameters.flatMap((parameter) => [
    parameter,
    ...slots.map((slot) => ({
      ...parameter,
      name: optimizer === undefined ? slot : slotName(optimizer, slot, parameter.name),
    })),
  ]);
}

function heldBy({ role, whole, reads = 0, gives }: TowerLayer): HeldState[] {
  return whole.parameters.map(({ name, shape }) => {
    const held = { name: `${whole.spec.name}/${name}`, shape };
    if (role === 'alike') return { ...held, turn: undefined };
    if (role !== 'sum') return { ...held, turn: gives };
    return { ...held, turn: name === 'kernel' ? reads * (shape.at(-1) ?? 1) : undefined };
  });
}

/** How many of a state's numbers one tower holds. */
export const heldSize = ({ shape, turn }: HeldState): number =>
  sizeOf(shape) / (turn === undefined ? 1 : TOWERS);

/** A tower's numbers of the whole ones. */
export function cutState(
  { turn }: Pick<HeldState, 'turn'>,
  all: Float32Array,
  tower: number,
): Float32Array {
  if (turn === undefined) return all.slice();
  const own = new Float32Array(all.length / TOWERS);
  for (let at = 0; at < own.length; at += turn) {
    const from = at * TOWERS + tower * turn;
    own.set(all.subarray(from, from + turn), at);
  }
  return own;
}

/** The whole numbers of those of the towers, in their order. */
export function joinState(
  { turn }: Pick<HeldState, 'turn'>,
  halves: readonly Float32Array[],
): Float32Array {
  const half = first(halves, 'half');
  if (turn === undefined) return half.slice();
  const whole = new Float32Array(half.length * TOWERS);
  halves.forEach((numbers, tower) => {
    for (let at = 0; at < numbers.length; at += turn) {
      whole.set(numbers.subarray(at, at + turn), at * TOWERS + tower * turn);
    }
  });
  return whole;
}
