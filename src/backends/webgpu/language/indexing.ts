/**
 * @file Index arithmetic of row-major shapes, and where an invocation stands in a run of numbers.
 *
 * Extents are constants in the text, so compilers turn divisions into multiplications. A run longer than one
 * dimension of workgroups reaches is folded over two.
 */
import { type Shape, sizeOf, stridesOf } from '../../../base/shape.ts';
import { type CopyLevel, level, mergeLevels } from '../../../compile/moves/copy.ts';
import type { Groups, Target } from '../kernel.ts';
import { unsigned } from './numbers.ts';

/** One invocation per number. */
export interface Flat {
  readonly workgroups: Groups;
  /** The head of `main`: its attributes and parameters, and a first line that leaves what is beyond the end. */
  readonly open: string;
}

/** Invocations for `total` numbers; `i` is the number's index in the text that follows `open`. */
export function flat(total: number, target: Target, size = target.workgroupSize): Flat {
  const groups = Math.ceil(total / size);
  const across = Math.min(groups, target.maxGroups);
  const down = Math.ceil(groups / across);
  const index = down === 1 ? 'id.x' : `id.x + id.y * ${unsigned(across * size)}`;
  const guard =
    across * down * size === total ? '' : `\n  if (i >= ${unsigned(total)}) { return; }`;
  return {
    workgroups: [across, down, 1],
    open: `@compute @workgroup_size(${size})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = ${index};${guard}`,
  };
}

/** Folds a number of workgroups over two dimensions; the text of their number, from `workgroup_id` as `group`. */
export function foldedGroups(
  count: number,
  { maxGroups }: Target,
): { readonly workgroups: Groups; readonly index: string; readonly exact: boolean } {
  const across = Math.min(count, maxGroups);
  const down = Math.ceil(count / across);
  return {
    workgroups: [across, down, 1],
    index: down === 1 ? 'group.x' : `group.x + group.y * ${unsigned(across)}`,
    exact: across * down === count,
  };
}

/** The place along each level, where `index` counts the levels' places row-major. */
export function placesOf(levels: readonly { readonly extent: number }[], index: string): string[] {
  const strides = stridesOf(levels.map(({ extent }) => extent));
  return levels.map(({ extent }, k) => {
    const stride = strides[k] ?? 1;
    const divided = stride === 1 ? index : `(${index} / ${unsigned(stride)})`;
    return k === 0 ? divided : `(${divided} % ${unsigned(extent)})`;
  });
}

/** A sum of places times distances; distances may be negative, then the text is one of i32 turned to u32. */
export function sumOfPlaces(
  places: readonly string[],
  distances: readonly number[],
  offset = 0,
): string {
  const terms = places.flatMap((place, k) => {
    const distance = distances[k] ?? 0;
    if (distance === 0) return [];
    const by = distance >= 0 ? unsigned(distance) : `bitcast<u32>(${distance}i)`;
    return [distance === 1 ? place : `${place} * ${by}`];
  });
  if (offset !== 0) terms.unshift(offset > 0 ? unsigned(offset) : `bitcast<u32>(${offset}i)`);
  return terms.length === 0 ? '0u' : terms.join(' + ');
}

/** Where the number stands in a tensor that is broadcast to a shape, as text over the index in the shape. */
export function broadcastIndex(small: Shape, large: Shape, index: string): string {
  if (sizeOf(small) === sizeOf(large)) return index;
  const levels = mergeLevels(broadcastLevels(small, large));
  return sumOfPlaces(
    placesOf(levels, index),
    levels.map(({ from }) => from),
  );
}

/** Per axis of the large shape: its extent, the distance in the small one (0 where repeated) and in the large. */
export function broadcastLevels(small: Shape, large: Shape): CopyLevel[] {
  const from = stridesOf(small);
  const to = stridesOf(large);
  const lead = large.length - small.length;
  return large.map((extent, axis) => {
    const own = axis - lead;
    const isRepeated = own < 0 || small[own] === 1;
    return level(extent, isRepeated ? 0 : (from[own] ?? 0), to[axis] ?? 0);
  });
}
