/**
 * @file Numbers in rows and columns as colours, on a canvas: the number under the pointer is said below.
 *
 * The canvas has one pixel a number and is scaled up without smoothing. Arrow keys move the point as the
 * pointer does. Children lie over the map, for outlines: an SVG of viewBox "0 0 columns rows" fits.
 */
import { colourScale } from 'fovea/web';
import './figures.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useTheme } from '../frame/theme.ts';
import { formatValue } from './numbers.ts';

export interface Place {
  readonly row: number;
  readonly column: number;
}

interface HeatMapProps {
  /** rows * columns numbers, row by row. */
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  /** What is shown, in words: the figure's name for those who do not see it. */
  readonly label: string;
  /** The magnitude of the full colour; the largest of the values unless given. */
  readonly limit?: number;
  readonly scale?: colourScale.ScaleName;
  /** What is said of a place; "row 2, column 3: 0.5" unless given. */
  readonly say?: (value: number, place: Place) => string;
  /** Told of the place under the pointer, and undefined when it leaves. */
  readonly onPoint?: (place: Place | undefined) => void;
  readonly onPick?: (place: Place) => void;
  /** false: no line below; the page says it itself. */
  readonly caption?: boolean;
  readonly children?: ComponentChildren;
}

const plainWords = (value: number, { row, column }: Place): string =>
  `row ${row}, column ${column}: ${formatValue(value)}`;

export function HeatMap(props: HeatMapProps) {
  const { values, rows, columns, label, scale = 'diverging', say = plainWords } = props;
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [point, setPoint] = useState<Place>();
  const limit = props.limit ?? colourScale.limitOf(values);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || values.length !== rows * columns || values.length === 0) return;
    context.putImageData(
      new ImageData(colourScale.paint(values, limit, theme, scale), columns, rows),
      0,
      0,
    );
  }, [values, rows, columns, limit, theme, scale]);

  const move = (place: Place | undefined) => {
    setPoint(place);
    props.onPoint?.(place);
  };
  const pointAt = (event: PointerEvent): Place | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return undefined;
    const row = Math.floor((rows * (event.clientY - box.top)) / box.height);
    const column = Math.floor((columns * (event.clientX - box.left)) / box.width);
    return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : undefined;
  };
  const pressKey = (event: KeyboardEvent) => {
    const next = keyMove(event.key, point, rows, columns);
    if (next !== undefined) {
      event.preventDefault();
      move(next);
    } else if (event.key === 'Enter' && point !== undefined) props.onPick?.(point);
  };

  const said =
    point === undefined ? '' : say(values[point.row * columns + point.column] ?? Number.NaN, point);
  return (
    <figure class="heatMap">
      <div class="heatMapBox">
        <canvas
          ref={canvas}
          width={columns}
          height={rows}
          role="img"
          tabIndex={0}
          aria-label={label}
          onPointerMove={(event) => move(pointAt(event))}
          onPointerLeave={() => move(undefined)}
          onClick={() => point !== undefined && props.onPick?.(point)}
          onKeyDown={pressKey}
          onBlur={() => move(undefined)}
        />
        <svg class="figureOverlay" viewBox={`0 0 ${columns} ${rows}`} aria-hidden="true">
          {point !== undefined && (
            <rect class="figurePoint" x={point.column} y={point.row} width="1" height="1" />
          )}
        </svg>
        {props.children}
      </div>
      {props.caption !== false && (
        <figcaption class="figureSaid" aria-live="polite">
          {said || '\u00a0'}
        </figcaption>
      )}
    </figure>
  );
}

/** Where an arrow key leads; the first one starts at the first cell. */
export function keyMove(
  key: string,
  from: Place | undefined,
  rows: number,
  columns: number,
): Place | undefined {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (step === undefined) return undefined;
  if (from === undefined) return { row: 0, column: 0 };
  return {
    row: Math.min(rows - 1, Math.max(0, from.row + step[0])),
    column: Math.min(columns - 1, Math.max(0, from.column + step[1])),
  };
}
