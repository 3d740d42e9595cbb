/**
 * @file The network as a drawing whose layers can be chosen: by a click, or by arrow keys along the chain.
 *
 * Places and scale are the library's `drawNetwork`; this only inks them.
 */
import type { FigureLayer, FigureLink, NetworkFigure } from 'fovea/web';
import { useEffect, useRef } from 'preact/hooks';

interface FigureProps {
  readonly figure: NetworkFigure;
  readonly label: string;
  readonly chosen?: string;
  readonly onChoose?: (layer: string) => void;
}

export function Figure({ figure, label, chosen, onChoose }: FigureProps) {
  const drawing = useRef<SVGSVGElement>(null);
  const { width, height, layers, links } = figure;
  const active = layers.some(({ name }) => name === chosen) ? chosen : layers[0]?.name;
  const centre = layers.find(({ name }) => name === chosen)?.caption?.at[0];
  useEffect(() => {
    const scroller = drawing.current?.parentElement;
    if (!scroller || centre === undefined || scroller.scrollWidth <= scroller.clientWidth) return;
    scroller.scrollLeft = (centre / width) * scroller.scrollWidth - scroller.clientWidth / 2;
  }, [centre, width]);
  const press = (event: KeyboardEvent) => {
    const next = neighbour(layers, active, event.key);
    if (next === undefined || onChoose === undefined) return;
    event.preventDefault();
    onChoose(next);
    drawing.current?.querySelector<SVGElement>(`[data-layer="${CSS.escape(next)}"]`)?.focus();
  };
  const isStill = onChoose === undefined;
  return (
    // What scrolls must be reachable by keys; in a drawing whose layers can be chosen, they are.
    <section
      class="networksScroll"
      aria-label={isStill ? label : undefined}
      tabIndex={isStill ? 0 : undefined}
    >
      <svg
        ref={drawing}
        class="networksFigure"
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: widthOf(width) }}
        role={isStill ? 'img' : 'group'}
        aria-label={label}
        onKeyDown={press}
      >
        {layers.map((layer) => (
          <Layer
            key={layer.name}
            layer={layer}
            isChosen={layer.name === chosen}
            isStop={layer.name === active}
            onChoose={onChoose}
          />
        ))}
        <g class="networksOver">
          {layers.map(({ name, caption }) => (
            <Caption key={name} caption={caption} isChosen={name === chosen} />
          ))}
          {links.map((link) => (
            <Link key={keyOf(link)} link={link} isChosen={link.to === chosen} />
          ))}
          {links.map(
            (link) =>
              link.window !== null && (
                <polygon
                  key={keyOf(link)}
                  class={`networksWindow${link.to === chosen ? ' isChosen' : ''}`}
                  points={pointsOf(link.window)}
                />
              ),
          )}
        </g>
      </svg>
    </section>
  );
}

/** As wide as the page, within what reads well; on narrow screens the drawing scrolls. */
const widthOf = (natural: number): string =>
  `max(${Math.round(0.85 * natural)}px, min(100%, ${Math.round(1.25 * natural)}px))`;

const keyOf = ({ from, to, fromTower, toTower }: FigureLink): string =>
  `${from} ${fromTower} ${to} ${toTower}`;

const pointsOf = (corners: FigureLink['window']): string =>
  (corners ?? []).map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ');

function Link({ link, isChosen }: { readonly link: FigureLink; readonly isChosen: boolean }) {
  const classes = ['networksLink', link.crosses && 'isCrossing', isChosen && 'isChosen'];
  const path = link.lines.map(
    ([[x0, y0], [x1, y1]]) =>
      `M${x0.toFixed(2)} ${y0.toFixed(2)}L${x1.toFixed(2)} ${y1.toFixed(2)}`,
  );
  return <path class={classes.filter(Boolean).join(' ')} d={path.join('')} />;
}

interface LayerProps {
  readonly layer: FigureLayer;
  readonly isChosen: boolean;
  /** Where the tab key stops: arrows go on from there. */
  readonly isStop: boolean;
  readonly onChoose: ((layer: string) => void) | undefined;
}

function Layer({ layer, isChosen, isStop, onChoose }: LayerProps) {
  const { name, kind, shape, parts } = layer;
  const control =
    onChoose === undefined
      ? {}
      : {
          role: 'button' as const,
          // In SVG names of attributes are as they are written.
          tabindex: isStop ? 0 : -1,
          'aria-pressed': isChosen,
          'aria-label': `${name}, ${kind}, ${shape.join(' by ')}`,
          onClick: () => onChoose(name),
          onKeyDown: (event: KeyboardEvent) => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            event.preventDefault();
            onChoose(name);
          },
        };
  return (
    <g class={`networksLayer${isChosen ? ' isChosen' : ''}`} data-layer={name} {...control}>
      <title>{`${name}: ${kind}, ${shape.join(' x ')}`}</title>
      {parts.flatMap(({ tower, faces }) =>
        faces.map(({ role, corners }, i) => (
          <polygon key={`${tower} ${i}`} class={`is-${role}`} points={pointsOf(corners)} />
        )),
      )}
      <rect class="networksHit" {...hitOf(layer)} />
    </g>
  );
}

/** From the drawing down to its caption, with some room. */
function hitOf({ box, caption, form }: FigureLayer) {
  const room = form === 'mark' ? 5 : 3;
  const [x, y] = [box.x - room, box.y - room];
  const bottom = caption === null ? box.y + box.height + room : caption.at[1] + 22;
  return { x, y, width: box.width + 2 * room, height: bottom - y };
}

function Caption({
  caption,
  isChosen,
}: Pick<FigureLayer, 'caption'> & { readonly isChosen: boolean }) {
  return (
    <>
      {caption?.lines.map((line, i) => (
        <text
          key={line}
          class={`${i === 0 ? 'networksName' : 'networksSize'}${isChosen ? ' isChosen' : ''}`}
          x={caption.at[0]}
          y={caption.at[1] + 16 * i}
        >
          {line}
        </text>
      ))}
    </>
  );
}

/** The layer before or behind, by an arrow key; first and last by Home and End. */
export function neighbour(
  layers: readonly { readonly name: string }[],
  from: string | undefined,
  key: string,
): string | undefined {
  const at = layers.findIndex(({ name }) => name === from);
  const places: Readonly<Record<string, number>> = {
    ArrowRight: Math.min(at + 1, layers.length - 1),
    ArrowDown: Math.min(at + 1, layers.length - 1),
    ArrowLeft: Math.max(at - 1, 0),
    ArrowUp: Math.max(at - 1, 0),
    Home: 0,
    End: layers.length - 1,
  };
  return Object.hasOwn(places, key) ? layers[places[key] ?? 0]?.name : undefined;
}
