/**
 * @file Numbers in cells, as a drawing: coloured by value, written where there is room, padding dashed.
 */
import { colourScale, type Pads } from 'fovea/web';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { formatValue } from '../../figures/numbers.ts';
import { useTheme } from '../../frame/theme.ts';

/** Units of the drawing in a cell. */
export const CELL = 40;
/** Numbers are written in grids of up to this many cells a side. */
const WRITTEN_SIDE = 16;

interface GridProps {
  /** Row by row; null is padding that holds nothing. */
  readonly rows: readonly (readonly (number | null)[])[];
  /** The magnitude of the full colour. */
  readonly limit: number;
  /** How much of the grid is padding. */
  readonly pads?: Pads;
  readonly label: string;
  /** Drawn over the cells, in units of the drawing. */
  readonly children?: ComponentChildren;
  /** Told of a pointer that is pressed or moved while pressed: the position in cells. */
  readonly onDrag?: (row: number, column: number, begins: boolean) => void;
}

export function NumberGrid({ rows, limit, pads, label, children, onDrag }: GridProps) {
  const theme = useTheme();
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  // The cells stay as they are while the window moves over them.
  const cells = useMemo(
    () =>
      rows.flatMap((row, h) =>
        row.map((value, w) => <Cell key={`${h} ${w}`} {...{ h, w, value }} />),
      ),
    [rows, limit, theme, pads],
  );

  function Cell({
    h,
    w,
    value,
  }: {
    readonly h: number;
    readonly w: number;
    readonly value: number | null;
  }) {
    const colour = value === null ? undefined : colourScale.colourAt(value / limit, theme);
    const isPad = pads !== undefined && isPadding(h, w, height, width, pads);
    const text = value === null ? '' : formatValue(value, 3);
    return (
      <g>
        <rect
          class={isPad ? 'windowsCell isPadding' : 'windowsCell'}
          x={w * CELL}
          y={h * CELL}
          width={CELL}
          height={CELL}
          fill={colour === undefined ? 'none' : colourScale.cssOf(colour)}
        />
        {colour !== undefined && Math.max(height, width) <= WRITTEN_SIDE && (
          <text
            x={(w + 0.5) * CELL}
            y={(h + 0.5) * CELL}
            font-size={text.length > 4 ? 10 : text.length > 2 ? 13 : 16}
            fill={colourScale.inkOn(colour)}
          >
            {text}
          </text>
        )}
      </g>
    );
  }

  const drag = (event: PointerEvent, begins: boolean) => {
    if (onDrag === undefined || event.buttons === 0) return;
    const drawing = event.currentTarget as SVGSVGElement;
    if (begins) drawing.setPointerCapture(event.pointerId);
    const box = drawing.getBoundingClientRect();
    const row = (height * (event.clientY - box.top)) / box.height;
    const column = (width * (event.clientX - box.left)) / box.width;
    onDrag(row, column, begins);
  };
  return (
    <svg
      class={onDrag === undefined ? 'windowsGrid' : 'windowsGrid isDraggable'}
      viewBox={`0 0 ${width * CELL} ${height * CELL}`}
      role="img"
      aria-label={label}
      onPointerDown={(event) => drag(event, true)}
      onPointerMove={(event) => drag(event, false)}
    >
      {cells}
      {children}
    </svg>
  );
}

function isPadding(h: number, w: number, height: number, width: number, pads: Pads): boolean {
  const [[top, bottom], [left, right]] = pads;
  return h < top || h >= height - bottom || w < left || w >= width - right;
}
