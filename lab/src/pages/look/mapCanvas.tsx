/**
 * @file One map of numbers on a canvas, a pixel a number, in the lab's one scale; rectangles over it mark windows.
 */
import { colourScale } from 'fovea/web';
import { useEffect, useRef } from 'preact/hooks';
import { useTheme } from '../../frame/theme.ts';

export interface Mark {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
  readonly is: 'unit' | 'window';
}

interface MapCanvasProps {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** The magnitude that gets the full colour. */
  readonly limit: number;
  readonly zoom: number;
  readonly scale?: colourScale.ScaleName;
  readonly marks?: readonly Mark[];
  readonly onPoint?: (row: number, column: number) => void;
  readonly onPick?: () => void;
}

export function MapCanvas(props: MapCanvasProps) {
  const { values, rows, columns, limit, zoom, scale = 'diverging', marks = [] } = props;
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || values.length !== rows * columns) return;
    context.putImageData(
      new ImageData(colourScale.paint(values, limit, theme, scale), columns, rows),
      0,
      0,
    );
  }, [values, rows, columns, limit, theme, scale]);
  const point = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    const row = Math.floor((rows * (event.clientY - box.top)) / box.height);
    const column = Math.floor((columns * (event.clientX - box.left)) / box.width);
    if (row >= 0 && row < rows && column >= 0 && column < columns) props.onPoint?.(row, column);
  };
  return (
    <span class="lookMap" style={{ width: `${columns * zoom}px` }}>
      <canvas
        ref={canvas}
        width={columns}
        height={rows}
        onPointerMove={props.onPoint === undefined ? undefined : point}
        onPointerDown={props.onPoint === undefined ? undefined : point}
        onClick={props.onPick}
      />
      {marks.length > 0 && (
        <svg class="lookMarks" viewBox={`0 0 ${columns} ${rows}`} aria-hidden="true">
          {marks.map(({ row, column, height, width, is }) => (
            <rect
              key={`${is} ${row} ${column}`}
              class={`is-${is}`}
              x={column}
              y={row}
              width={width}
              height={height}
            />
          ))}
        </svg>
      )}
    </span>
  );
}
