/**
 * @file The receptive field of one output, drawn on the input: choose the output on the right, see what it sees.
 */
import { type FieldSummary, seenBy } from 'fovea/web';
import { NumberStepper } from '../../frame/controls/numberStepper.tsx';

type Place = readonly [number, number];

interface FieldProps {
  readonly field: FieldSummary;
  readonly output: readonly number[];
  readonly input: readonly number[];
  /** null: the one in the middle. */
  readonly place: Place | null;
  readonly onPlace: (place: Place) => void;
}

export function ReceptiveField({ field, output, input, place, onPlace }: FieldProps) {
  const isImage = output.length === 3;
  const [rows, columns]: Place = isImage ? [output[0] ?? 1, output[1] ?? 1] : [1, 1];
  const chosen = placeWithin(place, [rows, columns]);
  const [H = 1, W = 1] = input;
  const [vertical, horizontal] = seenBy(field, chosen, input);
  const isCut = vertical.first !== vertical.start || vertical.beyond !== vertical.end;
  const isCutAcross = horizontal.first !== horizontal.start || horizontal.beyond !== horizontal.end;
  const alone = rows * columns === 1;
  return (
    <section class="networksField" aria-label="Receptive field">
      <h3>What it sees</h3>
      <p>
        {field.size.map(String).join(' × ')} pixels of the input
        {!alone && `, ${field.stride.join(' × ')} further for the next output`}.{' '}
        {isCut || isCutAcross ? 'Here the field reaches beyond the picture.' : ''}
      </p>
      <div class="networksFields">
        <figure>
          <figcaption>The input</figcaption>
          <svg
            class="networksSeen"
            viewBox={viewBoxOf(H, W)}
            role="img"
            aria-label={`Rows ${vertical.first} to ${vertical.beyond - 1}, columns ${horizontal.first} to ${horizontal.beyond - 1} of the input`}
          >
            <rect class="networksPaper" width={W} height={H} />
            <rect
              class="networksPadding"
              x={horizontal.start}
              y={vertical.start}
              width={horizontal.end - horizontal.start}
              height={vertical.end - vertical.start}
            />
            <rect
              class="networksSeenPart"
              x={horizontal.first}
              y={vertical.first}
              width={Math.max(0, horizontal.beyond - horizontal.first)}
              height={Math.max(0, vertical.beyond - vertical.first)}
            />
          </svg>
        </figure>
        {!alone && (
          <figure>
            <figcaption>Its output</figcaption>
            <svg
              class="networksOutputs"
              viewBox={viewBoxOf(rows, columns)}
              aria-hidden="true"
              onPointerDown={(event) => onPlace(placeAt(event, rows, columns))}
              onPointerMove={(event) =>
                event.buttons === 1 && onPlace(placeAt(event, rows, columns))
              }
            >
              <rect class="networksPaper" width={columns} height={rows} />
              <rect class="networksPlace" x={chosen[1]} y={chosen[0]} width="1" height="1" />
            </svg>
          </figure>
        )}
      </div>
      {!alone && (
        <div class="networksPlaces">
          <NumberStepper
            label="Row of the output"
            value={chosen[0]}
            from={0}
            to={rows - 1}
            onChange={(row) => onPlace([row, chosen[1]])}
          />
          <NumberStepper
            label="Column of the output"
            value={chosen[1]}
            from={0}
            to={columns - 1}
            onChange={(column) => onPlace([chosen[0], column])}
          />
        </div>
      )}
    </section>
  );
}

export function placeWithin(place: Place | null, [rows, columns]: Place): Place {
  if (place === null) return [Math.floor(rows / 2), Math.floor(columns / 2)];
  return [Math.min(rows - 1, place[0]), Math.min(columns - 1, place[1])];
}

/** With room for what of a field lies beyond the edge. */
function viewBoxOf(rows: number, columns: number): string {
  const room = 0.06 * Math.max(rows, columns);
  return `${-room} ${-room} ${columns + 2 * room} ${rows + 2 * room}`;
}

function placeAt(event: PointerEvent, rows: number, columns: number): Place {
  const figure = event.currentTarget as SVGSVGElement;
  const matrix = figure.getScreenCTM()?.inverse();
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  const within = (n: number, most: number) => Math.max(0, Math.min(most - 1, Math.floor(n)));
  return [within(y, rows), within(x, columns)];
}
