/**
 * @file The input with its window, the kernel, and the output: three grids of one scale.
 */
import { type AxisAnswer, colourScale, type Pair, type WindowAnswer } from 'fovea/web';
import { type WindowState, weightsOf } from './fields.ts';
import { CELL, NumberGrid } from './numberGrid.tsx';
import { movedByKey, nearestWindow, tapsAt } from './place.ts';

interface BoardProps {
  readonly answer: WindowAnswer;
  readonly state: WindowState;
  readonly place: Pair;
  readonly onPlace: (place: Pair) => void;
  /** Set while the pointer draws: a cell of the input that it touches. */
  readonly onPaint: ((row: number, column: number) => void) | undefined;
}

export function Board({ answer, state, place, onPlace, onPaint }: BoardProps) {
  const { padded, pads, output, axes, values } = answer;
  const [height, width] = [padded.length, padded[0]?.length ?? 0];
  const pressKey = (event: KeyboardEvent) => {
    const next = movedByKey(event.key, place, output);
    if (next === undefined) return;
    event.preventDefault();
    onPlace(next);
  };
  const drag = (row: number, column: number) => {
    if (onPaint !== undefined)
      onPaint(Math.floor(row) - pads[0][0], Math.floor(column) - pads[1][0]);
    else onPlace([nearestWindow(row - 0.5, axes[0]), nearestWindow(column - 0.5, axes[1])]);
  };
  const shown = values ?? [];
  return (
    <section
      class={pads.flat().some((pad) => pad > 0) ? 'windowsBoard hasPadding' : 'windowsBoard'}
      aria-label="The window over its input. Arrow keys move it."
      style={{ '--most': Math.max(width, output[1], state.kernel) }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the window
      tabIndex={0}
      onKeyDown={pressKey}
    >
      <Part
        columns={width}
        title={`Input ${answer.question.input.join('×')}`}
        more={padWords(answer)}
      >
        <NumberGrid
          rows={padded}
          pads={pads}
          limit={colourScale.limitOf(answer.question.compute?.values ?? [])}
          label={`Input of ${answer.question.input.join(' by ')}, ${padWords(answer) || 'no padding'}`}
          onDrag={drag}
        >
          <InputEdge answer={answer} size={[height, width]} />
          <WindowOutline axes={axes} place={place} />
        </NumberGrid>
      </Part>
      {state.op === 'conv' && <Kernel state={state} />}
      <Part columns={output[1]} title={`Output ${output.join('×')}`}>
        <NumberGrid
          rows={shown}
          limit={colourScale.limitOf(shown.flat())}
          label={`Output of ${output.join(' by ')}`}
          onDrag={(row, column) =>
            onPlace([held(Math.floor(row), output[0]), held(Math.floor(column), output[1])])
          }
        >
          <rect
            class="windowsOutline"
            width={CELL}
            height={CELL}
            style={{ transform: moved(place[0], place[1]) }}
          />
        </NumberGrid>
      </Part>
    </section>
  );
}

const held = (at: number, n: number): number => Math.min(n - 1, Math.max(0, at));
const moved = (row: number, column: number): string =>
  `translate(${column * CELL}px, ${row * CELL}px)`;

function padWords({ pads }: WindowAnswer): string {
  const [[top, bottom], [left, right]] = pads;
  if (pads.flat().every((pad) => pad === 0)) return '';
  if (pads.flat().every((pad) => pad === top)) return `${top} of padding on each side`;
  return `padding top ${top}, bottom ${bottom}, left ${left}, right ${right}`;
}

interface PartProps {
  /** Parts share the width by their columns: a cell is as large in each of them. */
  readonly columns: number;
  readonly title: string;
  readonly more?: string;
  readonly children: preact.ComponentChildren;
}

function Part({ columns, title, more, children }: PartProps) {
  return (
    <figure class="windowsPart" style={{ flexGrow: columns, '--columns': columns }}>
      <figcaption>
        <strong>{title}</strong>
        {more ? <span> {more}</span> : null}
      </figcaption>
      {children}
    </figure>
  );
}

function Kernel({ state }: { readonly state: WindowState }) {
  const { kernel } = state;
  const weights = weightsOf(state);
  const rows = Array.from({ length: kernel }, (_, h) =>
    weights.slice(h * kernel, (h + 1) * kernel),
  );
  return (
    <Part columns={kernel} title={`Kernel ${kernel}×${kernel}`}>
      <NumberGrid
        rows={rows}
        limit={colourScale.limitOf(weights)}
        label={`Kernel of ${kernel} by ${kernel}`}
      />
    </Part>
  );
}

/** The cells that the window takes, with gaps where it is dilated, and the frame around them. */
function WindowOutline({ axes, place }: Pick<BoardProps, 'place'> & Pick<WindowAnswer, 'axes'>) {
  const [rows, columns] = axes;
  const isDilated = rows.dilation > 1;
  const offsets = (axis: AxisAnswer) => tapsAt(0, axis);
  return (
    <g
      class="windowsMoving"
      style={{ transform: moved(place[0] * rows.stride, place[1] * columns.stride) }}
    >
      <rect class="windowsOutline" width={columns.reach * CELL} height={rows.reach * CELL} />
      {isDilated &&
        offsets(rows).flatMap((h) =>
          offsets(columns).map((w) => (
            <rect
              key={`${h} ${w}`}
              class="windowsTap"
              x={w * CELL + 3}
              y={h * CELL + 3}
              width={CELL - 6}
              height={CELL - 6}
            />
          )),
        )}
    </g>
  );
}

/** Where the input ends and padding begins. */
function InputEdge({ answer, size }: { readonly answer: WindowAnswer; readonly size: Pair }) {
  const [[top, bottom], [left, right]] = answer.pads;
  return (
    <rect
      class="windowsEdge"
      x={left * CELL}
      y={top * CELL}
      width={(size[1] - left - right) * CELL}
      height={(size[0] - top - bottom) * CELL}
    />
  );
}
