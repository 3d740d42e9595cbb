/**
 * @file The tiled product, written down: WGSL of one pass for a product's maps and a tile's sizes.
 *
 * A workgroup makes one tile of the result. Step by step along the depth its threads fetch a slab of each factor
 * into workgroup memory, four neighbours at a time, and each thread multiplies its own rows by its own columns in
 * registers. What comes next is fetched while what is here is multiplied. Sums are added in the order of the depth.
 *
 *            columns ->            slabs lie as they come from memory:
 *          +---------+               'depth': [line][depth / 4], each line's quads rotated so that threads
 *   rows   | thread: |                        that read neighbouring lines meet different banks
 *     |    | 4g x 4j |               'line':  [depth][line / 4]
 *     v    +---------+
 *
 * A plan decides (`plan.ts`); nothing is decided here. Next stop of the tour: `program/program.ts`.
 */
import { range } from '../../../../base/lists.ts';
import { type Factor, type Product, QUAD } from './factor.ts';
import { type Finish, type ProductVariables, readFour, storeFour } from './maps.ts';

export interface Tile {
  /** Of the result, per workgroup. */
  readonly rows: number;
  readonly columns: number;
  /** Addends per step. A power of two, at least 4. */
  readonly depth: number;
  /** Of the result, per thread; multiples of 4. */
  readonly threadRows: number;
  readonly threadColumns: number;
  /** Slabs in workgroup memory: with two, one is filled while the other is read. */
  readonly buffers: 1 | 2;
}

export interface TiledPlan {
  readonly tile: Tile;
  /** The depth is cut in so many parts, whose sums are added up by a pass of their own. */
  readonly splits: number;
}

export function threadsOf({ rows, columns, threadRows, threadColumns }: Tile): number {
  return (rows / threadRows) * (columns / threadColumns);
}

interface Side {
  readonly name: 'left' | 'right';
  readonly factor: Factor;
  /** Lines of the tile. */
  readonly lines: number;
  readonly totalLines: number;
  /** Threads side by side along the lines, and the lines of each. */
  readonly threads: number;
  readonly threadLines: number;
  readonly thread: string;
}

/** Vectors from one line, or one step of the depth, to the next. */
function strideOf({ factor, lines }: Side, { depth }: Tile): number {
  return factor.along === 'depth' ? depth / QUAD + 1 : lines / QUAD;
}

function slabSize(side: Side, tile: Tile): number {
  return strideOf(side, tile) * (side.factor.along === 'depth' ? side.lines : tile.depth);
}

/** Bytes of workgroup memory. */
export function slabBytes(product: Product, tile: Tile): number {
  return (
    sidesOf(product, tile).reduce((sum, side) => sum + slabSize(side, tile), 0) * 16 * tile.buffers
  );
}

function sidesOf(product: Product, tile: Tile): readonly [Side, Side] {
  return [
    {
      name: 'left',
      factor: product.left,
      lines: tile.rows,
      totalLines: product.rows,
      threads: tile.rows / tile.threadRows,
      threadLines: tile.threadRows,
      thread: 'threadRow',
    },
    {
      name: 'right',
      factor: product.right,
      lines: tile.columns,
      totalLines: product.columns,
      threads: tile.columns / tile.threadColumns,
      threadLines: tile.threadColumns,
      thread: 'threadColumn',
    },
  ];
}

/** Where a quad of a slab lies: the same for who writes and who reads. */
function slabIndex(side: Side, tile: Tile, line: string, quadOrDepth: string): string {
  const stride = strideOf(side, tile);
  if (side.factor.along === 'line') return `${quadOrDepth} * ${stride}u + ${line}`;
  return `${line} * ${stride}u + (${quadOrDepth} ^ ((${line} >> 3u) & ${tile.depth / QUAD - 1}u))`;
}

/** Each thread's share of a slab: which lines and which depth it fetches. */
function fetches(side: Side, tile: Tile, threads: number) {
  const quadsAcross = (side.factor.along === 'depth' ? tile.depth : side.lines) / QUAD;
  const total = quadsAcross * (side.factor.along === 'depth' ? side.lines : tile.depth);
  return range(Math.ceil(total / threads)).map((i) => {
    const id = `${side.name}${i}`;
    const flat = i === 0 ? 'thread' : `(thread + ${i * threads}u)`;
    const across = `${flat} % ${quadsAcross}u`;
    const down = `${flat} / ${quadsAcross}u`;
    const whole = total % threads === 0 || i < Math.floor(total / threads);
    const along = side.factor.along;
    const first = `first${side.name === 'left' ? 'Row' : 'Column'}`;
    const lineInTile = along === 'depth' ? down : `(${across})`;
    const depthInTile = along === 'depth' ? `(${across})` : down;
    return {
      id,
      whole,
      inside: `${flat} < ${total}u`,
      setUp: [
        `let ${id}Line = ${first} + ${along === 'depth' ? lineInTile : `${lineInTile} * 4u`};`,
        `let ${id}Depth = ${along === 'depth' ? `${depthInTile} * 4u` : depthInTile};`,
        `let ${id}Place = ${side.name}Place(${id}Line, group);`,
        `let ${id}Slot = ${slabIndex(side, tile, `(${lineInTile})`, `(${depthInTile})`)};`,
        `var ${id} = vec4f();`,
      ],
      fetch: (step: string) =>
        `${id} = ${side.name}Read(${id}Place, ${id}Line, ${step} + ${id}Depth, end, group);`,
      store: (offset: string) => `${side.name}Slab[${offset}${id}Slot] = ${id};`,
    };
  });
}

/** The quad of the depth of that number multiplied: four steps over the thread's rows and columns. */
function multiply(sides: readonly [Side, Side], tile: Tile): string[] {
  const lines: string[] = [];
  const [left, right] = sides;
  const loadQuads = (side: Side): void => {
    for (const line of range(side.threadLines)) {
      const [g, offset] = [line >> 2, (line & 3) * strideOf(side, tile)];
      const slot = `${side.name}Base${g} + ${offset}u + (quad ^ ${side.name}Key${g})`;
      lines.push(`let ${side.name}_${line} = ${side.name}Slab[${slot}];`);
    }
  };
  for (const side of sides) if (side.factor.along === 'depth') loadQuads(side);
  const letters = 'xyzw';
  for (const step of range(QUAD)) {
    for (const side of sides) {
      for (const g of range(side.threadLines / QUAD)) {
        const name = `${side.name}${step}_${g}`;
        const value =
          side.factor.along === 'line'
            ? `${side.name}Slab[${side.name}Base${g} + quad * ${QUAD * strideOf(side, tile)}u + ${step * strideOf(side, tile)}u]`
            : `vec4f(${range(QUAD)
                .map((i) => `${side.name}_${g * QUAD + i}.${letters[step]}`)
                .join(', ')})`;
        lines.push(`let ${name} = ${value};`);
      }
    }
    for (const row of range(left.threadLines))
      for (const j of range(right.threadLines / QUAD))
        lines.push(
          `sum${row}_${j} = fma(vec4f(left${step}_${row >> 2}.${letters[row & 3]}), right${step}_${j}, sum${row}_${j});`,
        );
  }
  return lines;
}

/** Where a thread's lines of a slab begin. */
function bases(side: Side, tile: Tile): string[] {
  return range(side.threadLines / QUAD).flatMap((g) => {
    const quad = `(${side.thread} + ${g * side.threads}u)`;
    if (side.factor.along === 'line') return [`let ${side.name}At${g} = ${quad};`];
    return [
      `let ${side.name}At${g} = ${quad} * ${4 * strideOf(side, tile)}u;`,
      `let ${side.name}Key${g} = (${quad} >> 1u) & ${tile.depth / QUAD - 1}u;`,
    ];
  });
}

function loop(product: Product, tile: Tile): string[] {
  const sides = sidesOf(product, tile);
  const threads = threadsOf(tile);
  const shares = sides.flatMap((side) => fetches(side, tile, threads));
  const double = tile.buffers === 2;
  const fetch = (step: string) =>
    shares.map((s) => (s.whole ? s.fetch(step) : `if (${s.inside}) { ${s.fetch(step)} }`));
  const offset = (id: string): string =>
    double ? `flip * ${slabSize(id.startsWith('left') ? sides[0] : sides[1], tile)}u + ` : '';
  const store = shares.map((s) =>
    s.whole ? s.store(offset(s.id)) : `if (${s.inside}) { ${s.store(offset(s.id))} }`,
  );
  const indent = (lines: readonly string[], by: string) => lines.map((line) => `${by}${line}`);
  const slabBases = sides.flatMap((side) =>
    range(side.threadLines / QUAD).map(
      (g) => `let ${side.name}Base${g} = ${offset(side.name)}${side.name}At${g};`,
    ),
  );
  return [
    ...shares.flatMap((s) => s.setUp),
    ...sides.flatMap((side) => bases(side, tile)),
    ...range(tile.threadRows).flatMap((r) =>
      range(tile.threadColumns / QUAD).map((j) => `var sum${r}_${j} = vec4f();`),
    ),
    ...(double ? ['var flip = 0u;'] : []),
    ...fetch('start'),
    `for (var step = start; step < end; step += ${tile.depth}u) {`,
    ...indent(
      [
        ...(double ? [] : ['workgroupBarrier();']),
        ...store,
        'workgroupBarrier();',
        `let next = step + ${tile.depth}u;`,
        'if (next < end) {',
        ...indent(fetch('next'), '  '),
        '}',
        ...slabBases,
        ...range(tile.depth / QUAD).flatMap((quad) => [
          '{',
          `  const quad = ${quad}u;`,
          ...indent(multiply(sides, tile), '  '),
          '}',
        ]),
        ...(double ? ['flip = 1u - flip;'] : []),
      ],
      '  ',
    ),
    '}',
  ];
}

/** Stores a thread's results, guarded where a tile reaches over the edge. */
function stores(product: Product, tile: Tile): string[] {
  const [down, across] = [tile.rows / tile.threadRows, tile.columns / tile.threadColumns];
  return range(tile.threadRows).flatMap((r) => {
    const calls = range(tile.threadColumns / QUAD).map((j) => {
      const column = `firstColumn + (threadColumn + ${j * across}u) * 4u`;
      return `  store(row, ${column}, sum${r}_${j}, group, split);`;
    });
    const isWhole = product.rows % tile.rows === 0;
    const row = `firstRow + (threadRow + ${(r >> 2) * down}u) * 4u + ${r & 3}u`;
    const open = isWhole ? '{' : `if (${row} < ${product.rows}u) {`;
    return [open, `  let row = ${row};`, ...calls, '}'];
  });
}

/**
 * The WGSL of a product without its bindings.
 *
 * @param head statements that find a workgroup's `block` of the result and its `layer` (`work.ts`)
 */
export function emitTiles(
  product: Product,
  { tile, splits }: TiledPlan,
  variables: ProductVariables,
  finish: Finish,
  head: readonly string[],
): string {
  const sides = sidesOf(product, tile);
  const columnBlocks = Math.ceil(product.columns / tile.columns);
  const part = partOf(product, { tile, splits });
  return [
    ...(product.tables ?? []),
    ...sides.map(
      (side) =>
        `var<workgroup> ${side.name}Slab: array<vec4f, ${slabSize(side, tile) * tile.buffers}>;`,
    ),
    ...sides.flatMap((side) =>
      readFour(side.name, variables[side.name], side.factor, {
        lines: side.totalLines % side.lines === 0 ? undefined : side.totalLines,
        depth: product.depth % tile.depth !== 0,
      }),
    ),
    ...storeFour(product, variables.result, finish),
    `@compute @workgroup_size(${threadsOf(tile)})`,
    'fn main(@builtin(workgroup_id) group3: vec3u, @builtin(local_invocation_index) thread: u32) {',
    ...head.map((line) => `  ${line}`),
    `  let firstRow = block / ${columnBlocks}u * ${tile.rows}u;`,
    `  let firstColumn = block % ${columnBlocks}u * ${tile.columns}u;`,
    `  let group = layer / ${splits}u;`,
    `  let split = layer % ${splits}u;`,
    `  let start = split * ${part}u;`,
    `  let end = min(start + ${part}u, ${product.depth}u);`,
    `  let threadRow = thread / ${sides[1].threads}u;`,
    `  let threadColumn = thread % ${sides[1].threads}u;`,
    ...loop(product, tile).map((line) => `  ${line}`),
    ...stores(product, tile).map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n');
}

/** Addends of each part of the depth, but for the last. */
export const partOf = ({ depth }: Product, { tile, splits }: TiledPlan): number =>
  Math.ceil(depth / splits / tile.depth) * tile.depth;
