/**
 * @file How a product is cut: which tile, and in how many parts the depth.
 *
 * A workgroup that has more of the result to itself reads each number for more sums; but tiles reach over the edge
 * of a small result, and few of them leave most of the machine idle. What a tile's inner loop reaches is a table that
 * was measured (`docs/webgpu.md`); the rest is counted. Where tiles are too few, the depth is split, and the parts are
 * added up in their order: the same bits in each run.
 */
import { LEAST, type Target } from '../../kernel.ts';
import { type Factor, multiplyAddsOf, type Product } from './factor.ts';
import { slabBytes, type Tile, threadsOf } from './tile.ts';

/** How a product is cut; 'direct' is one invocation per result. */
export type ProductPlan =
  | { readonly way: 'tiles'; readonly tile: Tile; readonly splits: number }
  | { readonly way: 'direct'; readonly splits: number };

export interface RatedTile extends Tile {
  /** Share of the peak that its inner loop reaches on a whole machine. */
  readonly speed: number;
}

function rated(
  [rows, columns, depth]: readonly [number, number, number],
  [threadRows, threadColumns]: readonly [number, number],
  buffers: 1 | 2,
  speed: number,
): RatedTile {
  return { rows, columns, depth, threadRows, threadColumns, buffers, speed };
}

/** Speeds: an H100, 4096 x 4096 x 4096, of the 64 TFLOP/s that a loop of multiply-adds reaches. */
export const TILES: readonly RatedTile[] = [
  rated([128, 128, 16], [8, 8], 2, 0.69),
  rated([128, 128, 16], [8, 8], 1, 0.65),
  rated([256, 64, 16], [8, 8], 2, 0.65),
  rated([64, 128, 16], [8, 8], 1, 0.64),
  rated([128, 64, 16], [8, 4], 1, 0.61),
  rated([64, 64, 16], [8, 8], 1, 0.59),
  rated([128, 32, 16], [8, 8], 1, 0.57),
  rated([32, 128, 16], [4, 8], 1, 0.55),
  rated([128, 128, 8], [8, 8], 1, 0.53),
  rated([64, 64, 16], [4, 4], 1, 0.5),
  rated([128, 48, 16], [8, 4], 1, 0.49),
  rated([16, 128, 16], [4, 4], 1, 0.44),
  rated([32, 32, 16], [4, 4], 1, 0.42),
  rated([128, 16, 16], [8, 4], 1, 0.42),
  rated([8, 128, 16], [4, 4], 1, 0.34),
  rated([128, 8, 16], [4, 4], 1, 0.24),
];

/** For adapters of small workgroups, which are software or nearly so: little text, quickly compiled. */
const SMALL_TILES: readonly RatedTile[] = [
  rated([32, 32, 4], [4, 4], 1, 0.3),
  rated([64, 8, 4], [4, 4], 1, 0.2),
];

/** Processors that workgroups are dealt to, and the sums that each keeps in registers at once. */
const PROCESSORS = 132;
const MOST_SUMS = 32_768;
/** Sums below which a processor waits for its memory. */
const BUSY_SUMS = 16_384;
/** What it takes to read a number by itself, in multiply-adds. */
const LONELY_COST = 20;
/** What a multiply-add costs without tiles, and the invocations that keep a processor at it. */
const DIRECT_COST = 100;
const BUSY_INVOCATIONS = 512;
/** Addends that a part of the depth should have, and those beyond which one float32 sum loses digits. */
const LEAST_PART = 64;
const MOST_PART = 4096;
const SPLITS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256];
/** What it takes to store a part and to read it again, in multiply-adds of one processor. */
const PART_COST = 1.3;
/** What a second pass costs at least, in multiply-adds of one processor. */
const PASS_COST = 1_000_000;

export interface TimedPlan {
  readonly plan: ProductPlan;
  /** Counted, in multiply-adds of one processor at the peak: to compare plans by. */
  readonly time: number;
}

/** The plan that takes the least time by count. */
export const planProduct = (products: readonly Product[], target: Target): ProductPlan =>
  quickest(products, target).plan;

/** The same and its time. @param mostPart addends in one sum */
export function quickest(
  products: readonly Product[],
  target: Target,
  mostPart = MOST_PART,
): TimedPlan {
  const [best] = rankPlans(products, target, mostPart);
  const direct = directPlan(products, target);
  const time = directTime(products, direct.splits);
  if (best === undefined || time < best.time) return { plan: direct, time };
  const { speed: _, ...tile } = best.tile;
  return { plan: { way: 'tiles', tile, splits: best.splits }, time: best.time };
}

/** All plans by tiles, the quickest by count first. */
export function rankPlans(products: readonly Product[], target: Target, mostPart = MOST_PART) {
  return tilesFor(products, target)
    .flatMap((t) =>
      splitsFor(products, target, mostPart).map((splits) => ({
        tile: t,
        splits,
        time: timeOf(products, t, splits),
      })),
    )
    .sort((a, b) => a.time - b.time);
}

/** Adapters of small workgroups. */
export const isSmall = ({ maxWorkgroupSize }: Target): boolean => maxWorkgroupSize < 128;

function tilesFor(products: readonly Product[], target: Target): RatedTile[] {
  const { maxWorkgroupSize, workgroupMemory } = target;
  return (isSmall(target) ? SMALL_TILES : TILES).filter(
    (t) =>
      threadsOf(t) <= maxWorkgroupSize &&
      products.every((product) => slabBytes(product, t) <= workgroupMemory),
  );
}

/** Parts that are long enough and not too long, and whose sums one buffer of a common adapter holds. */
function splitsFor(
  products: readonly Product[],
  { maxBinding }: Target,
  mostPart: number,
): readonly number[] {
  const depth = depthOf(products);
  const most = Math.min(
    depth / LEAST_PART,
    Math.max(maxBinding, LEAST.maxBinding) / 4 / resultsOf(products),
  );
  const least = depth / mostPart;
  const fitting = SPLITS.filter((n) => (n === 1 || n <= most) && n >= least);
  return fitting.length > 0 ? fitting : SPLITS.filter((n) => n === 1 || n <= most).slice(-1);
}

/** As many parts as keep the machine busy. */
function directPlan(products: readonly Product[], { workgroupSize }: Target) {
  const workgroups = resultsOf(products) / workgroupSize;
  const wanted = Math.ceil((2 * PROCESSORS) / Math.max(workgroups, 1));
  const most = Math.max(1, Math.floor(depthOf(products) / LEAST_PART));
  return { way: 'direct', splits: Math.min(wanted, most, 256) } as const;
}

const depthOf = (products: readonly Product[]): number =>
  Math.max(...products.map(({ depth }) => depth));

const resultsOf = (products: readonly Product[]): number =>
  products.reduce((sum, { rows, columns, groups }) => sum + rows * columns * groups, 0);

const blocksOf = (products: readonly Product[], t: Tile): number =>
  products.reduce(
    (sum, { rows, columns, groups }) =>
      sum + Math.ceil(rows / t.rows) * Math.ceil(columns / t.columns) * groups,
    0,
  );

/** One invocation per result finds each number by itself, and hides nothing behind arithmetic. */
function directTime(products: readonly Product[], splits: number): number {
  const work = products.reduce((sum, product) => sum + multiplyAddsOf(product), 0) / PROCESSORS;
  const busy = Math.min(1, (resultsOf(products) * splits) / PROCESSORS / BUSY_INVOCATIONS);
  return (work * DIRECT_COST) / Math.max(busy, 0.01) + partsTime(products, splits);
}

const partsTime = (products: readonly Product[], splits: number): number =>
  splits === 1 ? 0 : PASS_COST + splits * resultsOf(products) * PART_COST;

/** Of the busiest processor, in multiply-adds at the peak. */
function timeOf(products: readonly Product[], t: RatedTile, splits: number): number {
  const perProcessor = Math.ceil((blocksOf(products, t) * splits) / PROCESSORS);
  const steps = Math.ceil(depthOf(products) / splits / t.depth) + 1;
  const sums = t.rows * t.columns;
  const work = perProcessor * steps * t.depth * (sums + lonelyReads(products, t) * LONELY_COST);
  const resident = Math.min(perProcessor, Math.max(1, Math.floor(MOST_SUMS / sums))) * sums;
  const speed = t.speed * Math.min(1, Math.sqrt(resident / BUSY_SUMS));
  return work / speed + partsTime(products, splits);
}

/** Lines of a tile that are read one number at a time, each from a place of its own. */
function lonelyReads([product]: readonly Product[], t: Tile): number {
  if (product === undefined) return 0;
  const isLonely = ({ along, quads }: Factor): boolean => along === 'line' && !quads;
  return (isLonely(product.left) ? t.rows : 0) + (isLonely(product.right) ? t.columns : 0);
}
