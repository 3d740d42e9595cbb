/**
 * @file Index arithmetic of row-major shapes, and where an invocation stands in a run of numbers.
 *
 * Extents are constants in the text, so compilers turn divisions into multiplications. A run longer than one
 * dimension of workgroups reaches is folded over two.
 */
import { type Shape, sizeOf, stridesOf } from '../../../base/shape.ts';
import { type CopyLevel, level, mergeLevels } from '../../../compile/moves/copy.ts';
import type { Groups, Span, Target, Work } from '../kernel.ts';
import { unsigned } from './numbers.ts';

/** One invocation per number. */
export interface Flat extends Work {
  /**
   * The head of `main`: its attributes and parameters, and first lines by which `i` is the number's index and those
   * beyond the end leave.
   */
  open(items: Span): string;
}

/** Invocations for `total` numbers. @param index what the number's index is called */
export function flat(
  total: number,
  target: Target,
  size = target.workgroupSize,
  index = 'i',
): Flat {
  const folded = (items: Span) => foldedGroups(Math.ceil(lengthOf(items) / size), target);
  return {
    items: total,
    groups: (items) => folded(items).workgroups,
    open: (items) => {
      const [across, down] = folded(items).workgroups;
      const own = down === 1 ? 'id.x' : `id.x + id.y * ${unsigned(across * size)}`;
      const isExact = across * down * size === lengthOf(items);
      return `@compute @workgroup_size(${size})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let ${index} = ${counted(items, own)};${isExact ? '' : `\n  if (${index} >= ${unsigned(items.to)}) { return; }`}`;
    },
  };
}

export const whole = ({ items }: Pick<Work, 'items'>): Span => ({ from: 0, to: items });

export const lengthOf = ({ from, to }: Span): number => to - from;

/** The text of an item, from that of its number among those that are done. */
export const counted = ({ from }: Span, own: string): string =>
  from === 0 ? own : `${unsigned(from)} + ${own}`;

export interface FoldedGroups {
  readonly workgroups: Groups;
  /** The text of a workgroup's number, from `workgroup_id` as `group`. */
  readonly index: string;
  /** Whether there are no workgroups beyond the last. */
  readonly exact: boolean;
}

/** Folds a number of workgroups over two dimensions. */
export function foldedGroups(count: number, { maxGroups }: Target): FoldedGroups {
  const across = Math.min(count, maxGroups);
  const down = Math.ceil(count / across);
  return {
    workgroups: [across, down, 1],
    index: down === 1 ? 'group.x' : `group.x + group.y * ${unsigned(across)}`,
    exact: across * down === count,
  };
}

/** A workgroup per item. */
export interface GroupPerItem extends Work {
  /** The text of a workgroup's item, from `workgroup_id` as `group`; those beyond the last do the last once more. */
  index(items: Span): string;
}

export function groupPerItem(count: number, target: Target): GroupPerItem {
  const folded = (items: Span) => foldedGroups(lengthOf(items), target);
  return {
    items: count,
    groups: (items) => folded(items).workgroups,
    index: (items) => {
      const { index, exact } = folded(items);
      const item = counted(items, index);
      return exact ? item : `min(${item}, ${unsigned(items.to - 1)})`;
    },
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
