/**
 * @file What joins the layers of a figure: a window and its lines to the output it gives, all of a row to all of
 * the next, towers to each other where they exchange.
 *
 * Before: `networkFigure.ts`, which places the layers.
 */
import { at } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import type { Reception } from '../layers/layer.ts';
import type { FigureLayer, FigureLink, FigurePart, Point } from './figure.ts';
import type { Piece } from './piece.ts';
import type { Solid } from './solids.ts';

/** Which of the outputs its window is drawn for, as a part of the height and the width. */
const CHOSEN = [0.3, 0.6] as const;

interface End {
  readonly layer: FigureLayer;
  readonly part: FigurePart;
  readonly solid: Solid;
}

export function linksOf(
  pieces: readonly Piece[],
  layers: ReadonlyMap<string, FigureLayer>,
  exchanges: ReadonlySet<string>,
): FigureLink[] {
  const byName = new Map(pieces.map((piece) => [piece.name, piece]));
  const endsOf = (name: string): End[] => {
    const layer = layers.get(name);
    const { solids = [] } = byName.get(name) ?? {};
    if (layer === undefined) return [];
    return layer.parts.map((part, i) => ({ layer, part, solid: at(solids, i, 'solid') }));
  };
  /** Marks are passed through: the layer whose numbers they hand on. */
  const seen = (name: string): string => {
    const piece = byName.get(name);
    return piece?.form === 'mark' ? seen(at(piece.reads, 0, 'input')) : name;
  };
  return pieces
    .filter(({ form }) => form !== 'mark')
    .flatMap((piece) =>
      piece.reads.flatMap((name) =>
        endsOf(seen(name)).flatMap((from, i, sources) =>
          endsOf(piece.name)
            .filter(
              (_, j, targets) =>
                i === j || sources.length !== targets.length || exchanges.has(piece.name),
            )
            .map((to) => linkOf(piece, from, to)),
        ),
      ),
    );
}

function linkOf({ layer }: Piece, from: End, to: End): FigureLink {
  const reception = layer?.layer.reception?.(layer.inputShapes, layer.spec.options);
  const window =
    typeof reception === 'object' && from.layer.form !== 'bar'
      ? windowOn(from, to.part.shape, reception)
      : null;
  const isSplit = from.layer.parts.length > 1 && to.layer.parts.length > 1;
  return {
    from: from.layer.name,
    to: to.layer.name,
    fromTower: from.part.tower,
    toTower: to.part.tower,
    crosses: isSplit && from.part.tower !== to.part.tower,
    window,
    lines: window === null ? wholeLines(from.part, to.part) : linesTo(window, to),
  };
}

/** The output whose window is drawn, [row, column]. */
function chosenOf([OH = 1, OW = 1]: Shape): readonly [number, number] {
  return [Math.floor(CHOSEN[0] * OH), Math.floor(CHOSEN[1] * OW)];
}

/** The corners of the window on the layer that it slides over; padding is cut off. */
function windowOn({ part, solid }: End, output: Shape, reception: Reception): Point[] {
  const chosen = chosenOf(output);
  const along = (axis: 0 | 1): readonly [number, number] => {
    const n = part.shape[axis] ?? 1;
    const { kernel, strides, dilation, before } = reception;
    const start = chosen[axis] * strides[axis] - before[axis];
    const end = start + (kernel[axis] - 1) * dilation[axis] + 1;
    const within = (value: number) => Math.max(0, Math.min(n, value));
    return [within(start), within(end)];
  };
  const [[top, bottom], [left, right]] = [along(0), along(1)];
  const corner = (row: number, column: number): Point => shifted(part, solid.at(row, column));
  return [corner(top, left), corner(top, right), corner(bottom, right), corner(bottom, left)];
}

const shifted = ({ box }: FigurePart, [x, y]: Point): Point => [box.x + x, box.y + y];

/** From the corners to the middle of the output that they give. */
function linesTo(window: readonly Point[], { part, solid }: End): [Point, Point][] {
  const [row, column] = chosenOf(part.shape);
  const end = shifted(part, solid.entry(row + 0.5, column + 0.5));
  return window.map((corner) => [corner, end]);
}

/** From the whole right side to the whole left side. */
function wholeLines({ box: from }: FigurePart, { box: to }: FigurePart): [Point, Point][] {
  const right = from.x + from.width;
  return [
    [
      [right, from.y],
      [to.x, to.y],
    ],
    [
      [right, from.y + from.height],
      [to.x, to.y + to.height],
    ],
  ];
}
