/**
 * @file All maps of one layer: point at a number, or go from number to number with the arrow keys.
 */
import { colourScale, type Stage, type WorkedUnit } from 'fovea/web';
import { useMemo } from 'preact/hooks';
import { formatValue } from '../../figures/numbers.ts';
import { MapCanvas, type Mark } from './mapCanvas.tsx';
import { coordinatesOf, indexAt, keyTo, layoutOf, MOST_MAPS, mapOf, placeOf } from './maps.ts';
import { placeWords } from './workedWords.ts';

interface LayerMapsProps {
  readonly stage: Stage;
  /** The number that is looked at, where it is one of this layer. */
  readonly unit: number | undefined;
  /** What a unit of the layer above sees of this one. */
  readonly window: WorkedUnit['window'];
  readonly onPoint: (index: number | undefined) => void;
  readonly onPick: (index: number) => void;
}

export function LayerMaps({ stage, unit, window, onPoint, onPick }: LayerMapsProps) {
  const { name, kind, shape, values } = stage;
  const layout = layoutOf(stage);
  const isPicture = kind === 'picture';
  const limit = useMemo(() => (isPicture ? 255 : colourScale.limitOf(values)), [isPicture, values]);
  const maps = useMemo(
    () => Array.from({ length: Math.min(layout.maps, MOST_MAPS) }, (_, map) => mapOf(stage, map)),
    [stage, layout.maps],
  );
  const marksOf = (map: number): Mark[] => [
    ...(window?.channels.includes(map) ? [windowMark(window)] : []),
    ...(unit === undefined || placeOf(shape, unit).map !== map ? [] : [unitMark(shape, unit)]),
  ];
  const press = (event: KeyboardEvent) => {
    const next =
      unit === undefined && event.key.startsWith('Arrow') ? 0 : keyTo(shape, unit ?? 0, event.key);
    if (next === undefined) return;
    event.preventDefault();
    onPick(next);
  };
  const said =
    unit === undefined
      ? ''
      : `${placeWords(coordinatesOf(shape, unit))}: ${formatValue(values[unit] ?? 0)}`;
  return (
    <section class="lookLayer" aria-label={name}>
      <header>
        <h3>{breakable(name)}</h3>
        <p class="soft small">
          {isPicture ? 'what the network sees' : kind}, {shape.join(' × ')}
        </p>
      </header>
      <section
        class="lookMaps"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys go through the numbers
        tabIndex={0}
        aria-label={`Numbers of ${name}: arrow keys go through a map, page keys through the maps`}
        onKeyDown={press}
        onPointerLeave={() => onPoint(undefined)}
      >
        {maps.map((map, i) => (
          <MapCanvas
            key={i}
            values={map}
            rows={layout.rows}
            columns={layout.columns}
            zoom={layout.zoom}
            limit={limit}
            scale={isPicture ? 'grey' : 'diverging'}
            marks={marksOf(i)}
            onPoint={(row, column) => onPoint(indexAt(shape, i, row, column))}
            onPick={() => unit !== undefined && onPick(unit)}
          />
        ))}
        <span class="visuallyHidden" aria-live="polite">
          {said}
        </span>
      </section>
    </section>
  );
}

/** average_pooling2d may break behind its underscore. */
function breakable(name: string) {
  return name.split('_').flatMap((part, i) => (i === 0 ? [part] : ['_', <wbr key={i} />, part]));
}

function windowMark({ rows, columns }: NonNullable<WorkedUnit['window']>): Mark {
  const [top, bottom] = rows;
  const [left, right] = columns;
  return { row: top, column: left, height: bottom - top, width: right - left, is: 'window' };
}

function unitMark(shape: readonly number[], unit: number): Mark {
  const { row, column } = placeOf(shape, unit);
  return { row, column, height: 1, width: 1, is: 'unit' };
}
