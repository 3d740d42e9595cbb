/**
 * @file Paper to draw a digit on, with mouse, pen or finger.
 */
import type { Picture, Stroke } from 'fovea/web';
import { useRef, useState } from 'preact/hooks';
import { withPoint } from './ink.ts';
import { PictureView } from './pictureView.tsx';

interface PadProps {
  readonly strokes: readonly Stroke[];
  /** Told with every point, and whether the stroke is over. */
  readonly onDraw: (strokes: readonly Stroke[], isOver: boolean) => void;
  /** Shown where nothing is drawn. */
  readonly picture: Picture | undefined;
  /** Of the pen, as a part of the side. */
  readonly radius: number;
}

export function Pad({ strokes, picture, onDraw, radius }: PadProps) {
  const paper = useRef<SVGSVGElement>(null);
  const [stroke, setStroke] = useState<Stroke>();
  const placeOf = (event: PointerEvent): readonly [number, number] => {
    const box = paper.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return [0, 0];
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const draw = (next: Stroke) => {
    setStroke(next);
    onDraw([...strokes, next], false);
  };
  const end = () => {
    if (stroke === undefined) return;
    setStroke(undefined);
    onDraw([...strokes, stroke], true);
  };
  const shown = stroke === undefined ? strokes : [...strokes, stroke];
  const isPicture = picture !== undefined && shown.length === 0;
  return (
    <div class="lookPad">
      {isPicture && <PictureView picture={picture} />}
      <svg
        ref={paper}
        viewBox="0 0 1 1"
        role="img"
        aria-label={
          isPicture
            ? 'The picture that is looked at; draw here for another'
            : shown.length === 0
              ? 'Paper to draw on with a pointer; without one, choose a sample digit'
              : `Drawing of ${shown.length} ${shown.length === 1 ? 'stroke' : 'strokes'}`
        }
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.preventDefault();
          paper.current?.setPointerCapture(event.pointerId);
          draw(withPoint([], placeOf(event)));
        }}
        onPointerMove={(event) => {
          if (stroke === undefined) return;
          const all = event.getCoalescedEvents?.() ?? [];
          const next = [...all, event].reduce(
            (longer, one) => withPoint(longer, placeOf(one)),
            stroke,
          );
          if (next !== stroke) draw(next);
        }}
        onPointerUp={end}
        onPointerCancel={end}
      >
        {shown.map((points, i) => (
          <polyline
            key={i}
            stroke-width={2 * radius}
            points={[...points, ...(points.length === 1 ? points : [])]
              .map(([x, y]) => `${x},${y}`)
              .join(' ')}
          />
        ))}
      </svg>
    </div>
  );
}
