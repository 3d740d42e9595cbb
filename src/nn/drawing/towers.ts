/**
 * @file Towers of a network: halves that work side by side and see each other in some layers only, as AlexNet's on
 * its two graphics cards.
 *
 * Convolutions of so many groups make them. Between the input and the last layer with numbers of its own, each
 * layer is in all of them, with its share of the maps; a layer that weighs all it reads lets them exchange.
 */
import type { PlacedLayer } from '../shapes.ts';

/** More groups than this are no towers but kernels for single channels. */
const MOST_TOWERS = 4;

export interface Towers {
  readonly count: number;
  /** Names of the layers that are in all towers. */
  readonly split: ReadonlySet<string>;
  /** Of those, and the last: what reads all towers. */
  readonly exchanges: ReadonlySet<string>;
}

const ONE: Towers = { count: 1, split: new Set(), exchanges: new Set() };

/** Of a chain of layers; one tower where the groups differ or do not divide what stands between them. */
export function towersOf(layers: readonly PlacedLayer[]): Towers {
  const groups = new Set(layers.map(groupsOf).filter((n) => n > 1));
  const [count = 1] = groups;
  if (groups.size !== 1 || count > MOST_TOWERS) return ONE;
  const end = layers.findLastIndex(({ parameters }) => parameters.length > 0);
  const inside = layers.slice(0, end);
  if (inside.some(({ outputShape }) => (outputShape.at(-1) ?? 0) % count !== 0)) return ONE;
  const weighs = (layer: PlacedLayer) => layer.parameters.length > 0 && groupsOf(layer) === 1;
  return {
    count,
    split: new Set(inside.map(({ spec }) => spec.name)),
    exchanges: new Set(
      layers
        .slice(1, end + 1)
        .filter(weighs)
        .map(({ spec }) => spec.name),
    ),
  };
}

const groupsOf = ({ spec }: PlacedLayer): number => Number(spec.options.groups ?? 1);
