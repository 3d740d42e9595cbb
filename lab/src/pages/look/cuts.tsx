/**
 * @file Small pictures of a unit: its filter, and a part of a picture that excites it.
 */
import type { Filters } from 'fovea/web';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { PictureCanvas } from '../../figures/pictureCanvas.tsx';
import { type CutPicture, channelOf, coloursOf, MOST_CHANNELS } from './learned.ts';
import { MapCanvas } from './mapCanvas.tsx';

/** Pixels of the page that a filter's longer side has, alone and among channels. */
const [SIDE, GRID_SIDE] = [64, 30];

export function FilterPicture({
  filters,
  unit,
}: {
  readonly filters: Filters;
  readonly unit: number;
}) {
  const { shape, limit } = filters;
  const [height, width, channels] = shape;
  const isColoured = channels === 3;
  const maps = useMemo(
    () =>
      Array.from({ length: isColoured ? 0 : Math.min(channels, MOST_CHANNELS) }, (_, channel) =>
        channelOf(filters, unit, channel),
      ),
    [filters, unit],
  );
  const colours = useMemo(() => coloursOf(filters, unit), [filters, unit]);
  const side = channels === 1 ? SIDE : GRID_SIDE;
  const zoom = Math.max(1, Math.floor(side / Math.max(height, width)));
  return (
    <div class="lookFilter" role="img" aria-label={`filter of unit ${unit}`}>
      {isColoured ? (
        <PictureCanvas pixels={colours} shape={[height, width, 3]} label={`filter ${unit}`} />
      ) : (
        maps.map((values, i) => (
          <MapCanvas
            key={i}
            values={values}
            rows={height}
            columns={width}
            zoom={zoom}
            limit={limit}
          />
        ))
      )}
    </div>
  );
}

export function Cut({ cut, label }: { readonly cut: CutPicture; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { rgba, width, height } = cut;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    context?.putImageData(new ImageData(rgba, width, height), 0, 0);
  }, [rgba, width, height]);
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      title={label}
    />
  );
}
