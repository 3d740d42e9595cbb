/**
 * @file Windows that files put together: the smallest of a window, and the other side of a picture around it.
 *
 * Before: `nodeTree.ts`.
 */
import { unreachable } from '../../../../base/errors.ts';
import type { Pads, Pair } from '../../../../base/window.ts';
import type { OnnxNode } from '../../decode.ts';
import { slicesOf } from '../../operators/slices.ts';
import type { Converter } from '../converters.ts';
import { pictureView } from '../view.ts';
import { globalPool, pool } from '../windows.ts';
import type { Matcher } from './nodeTree.ts';

const SHAPES = ['Flatten', 'Reshape', 'Squeeze'];

/** min x = -max(-x) */
export const minimum: Matcher = (tree, last) => {
  const within: OnnxNode[] = [];
  let [name] = last.inputs;
  for (let node = tree.own(name, SHAPES); node !== undefined; node = tree.own(name, SHAPES)) {
    within.push(node);
    [name] = node.inputs;
  }
  const largest = tree.own(
    name,
    within.length === 0 ? ['MaxPool', 'GlobalMaxPool'] : ['GlobalMaxPool'],
  );
  const negated = tree.own(largest?.inputs[0], ['Neg']);
  if (largest === undefined || negated === undefined) return undefined;
  return {
    node: { ...largest, inputs: negated.inputs },
    write: largest.operator === 'MaxPool' ? pool('minPooling2d') : globalPool('globalMinPooling2d'),
    within: [...within, largest, negated],
  };
};

/** The end of x, x, the beginning of x, one behind the other along height or width. */
export const circular: Matcher = (tree, last) => {
  const slices = last.inputs.map((name) => tree.own(name, ['Slice']));
  const at = slices.indexOf(undefined);
  const x = last.inputs[at] ?? '';
  const others = slices.filter((slice) => slice !== undefined);
  const rank = tree.shape(x).length;
  const [axis = 1] = [last.attributes.get('axis')?.i]
    .map(Number)
    .map((n) => (n < 0 ? n + rank : n));
  const isWhole = at >= 0 && others.length === last.inputs.length - 1 && others.length > 0;
  if (!isWhole || at > 1 || others.length > 2 || rank !== 4 || (axis !== 2 && axis !== 3))
    return undefined;
  const extent = tree.shape(x)[axis] ?? 0;
  const cut = slices.map((slice) => (slice?.inputs[0] === x ? slicesOf(tree.call(slice)) : []));
  const isAlong = cut.every((found, i) => {
    const [own, ...more] = found;
    return i === at || (own?.axis === axis && own.step === 1 && more.length === 0);
  });
  const [before, behind] = [cut[at - 1]?.[0], cut[at + 1]?.[0]];
  const isAround =
    (before === undefined || before.start + before.size === extent) &&
    (behind === undefined || behind.start === 0);
  if (!isAlong || !isAround || last.inputs.length > at + 2) return undefined;
  const side: Pair = [before?.size ?? 0, behind?.size ?? 0];
  return {
    node: { ...last, inputs: [x] },
    write: around(axis === 2 ? [side, [0, 0]] : [[0, 0], side]),
    within: others,
  };
};

const isNone = ([before, behind]: Pair): boolean => before === 0 && behind === 0;

/** Height and width one after the other are one layer. */
const around =
  (padding: Pads): Converter =>
  (step) => {
    let [rows, columns] = padding;
    let read = step.writer.picture(step.read(0));
    const before = step.writer.layer(read.layer);
    const [height, width] = (before?.options.padding ?? []) as Pads;
    const isFirstHalf =
      before?.kind === 'padding2d' &&
      before.options.mode === 'circular' &&
      isNone(rows) &&
      isNone(width);
    if (isFirstHalf && step.isAlone(read) && step.writer.takeBack(before.name) !== undefined) {
      rows = height;
      const name = before.reads[0] ?? unreachable('a layer that reads nothing');
      read = pictureView(name, step.writer.shapeOf(name));
    }
    const options = { padding: [rows, columns], mode: 'circular' };
    const made = step.writer.add({ kind: 'padding2d', reads: [read], options });
    return pictureView(made.layer, made.own);
  };
