/**
 * @file Paper to draw on: with mouse, pen or finger, and with the keyboard, where arrows move the pen and Space lowers
 * it. Next stop: `pageRuntime.ts`.
 */
import type { Stroke } from '../../../data/images/strokes.ts';

export interface Pad {
  clear(): void;
  readonly strokes: readonly Stroke[];
}

/** Radius of the pen as a part of the side, as `strokesPicture` draws it. */
export const PEN = 0.04;
/** How far an arrow moves the pen; less with Shift. */
const STEP = 0.05;
/** Points nearer than this to the last one are left out. */
const NEAR = 0.004;

type Point = readonly [number, number];

/** Draws into an svg of viewBox "0 0 1 1"; `onDraw` is told of every change. */
export function openPad(paper: SVGSVGElement, onDraw: () => void): Pad {
  let strokes: Stroke[] = [];
  let isDown = false;
  let pen: Point = [0.5, 0.3];
  const cursor = svgElement('circle', { r: String(PEN * 0.8), class: 'pen' });
  paper.append(cursor);

  const lineOf = (stroke: Stroke): string => stroke.map((point) => point.join(' ')).join(' L ');
  const begin = (at: Point): void => {
    isDown = true;
    strokes = [...strokes, [at]];
    // A stroke of no length is a dot with round ends.
    paper.insertBefore(svgElement('path', { d: `M ${at.join(' ')} l 0 0` }), cursor);
  };
  const extend = (at: Point): void => {
    const last = strokes.at(-1) ?? [];
    const [x, y] = last.at(-1) ?? at;
    if (Math.hypot(at[0] - x, at[1] - y) < NEAR) return;
    const longer = [...last, at];
    strokes = [...strokes.slice(0, -1), longer];
    paper.querySelector('path:last-of-type')?.setAttribute('d', `M ${lineOf(longer)}`);
  };
  const placeOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };

  paper.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
    paper.focus();
    paper.classList.remove('byKeys');
    begin(placeOf(event));
    onDraw();
  });
  paper.addEventListener('pointermove', (event) => {
    if (!isDown || paper.classList.contains('byKeys')) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length > 0 ? all : [event]) extend(placeOf(one));
    onDraw();
  });
  for (const over of ['pointerup', 'pointercancel'] as const) {
    paper.addEventListener(over, () => {
      isDown = false;
    });
  }

  const move = (across: number, down: number): void => {
    const within = (n: number): number => Math.min(0.96, Math.max(0.04, n));
    pen = [within(pen[0] + across), within(pen[1] + down)];
    cursor.setAttribute('cx', String(pen[0]));
    cursor.setAttribute('cy', String(pen[1]));
    if (isDown) extend(pen);
  };
  move(0, 0);
  const ARROWS: Readonly<Record<string, Point>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  paper.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrow === undefined && event.key !== ' ' && event.key !== 'Backspace') return;
    event.preventDefault();
    paper.classList.add('byKeys');
    const step = event.shiftKey ? STEP / 4 : STEP;
    if (arrow !== undefined) move(arrow[0] * step, arrow[1] * step);
    else if (event.key === 'Backspace') {
      isDown = false;
      strokes = strokes.slice(0, -1);
      paper.querySelector('path:last-of-type')?.remove();
    } else if (isDown) isDown = false;
    else begin(pen);
    paper.classList.toggle('isDown', isDown);
    onDraw();
  });
  paper.addEventListener('blur', () => {
    isDown = false;
    paper.classList.remove('isDown');
  });

  return {
    clear() {
      strokes = [];
      isDown = false;
      for (const path of paper.querySelectorAll('path')) path.remove();
    },
    get strokes() {
      return strokes;
    },
  };
}

function svgElement(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
