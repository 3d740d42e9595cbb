/**
 * @file The blocks of a large matrix product, and where the walk over them is.
 *
 * Previous stop: `packed.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import type { MatmulAttrs } from '../../../../ops/matmul.ts';
import type { Local } from '../../assembler/function.ts';
import { mostRows, type PlanContext } from '../../kernel.ts';

/** Columns per block: rows of B are read in runs of this many numbers. */
const BLOCK_COLUMNS = 64;
const MOST_STEPS = 512;
const MOST_ROWS = 192;

export interface PackedPlan {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly transposeB: boolean;
  /** Vectors per panel. */
  readonly vectors: number;
  readonly panels: number;
  readonly panelsPerBlock: number;
  /** Columns of the last panel where it is not whole, else 0. */
  readonly rest: number;
  readonly rows: number;
  readonly blockRows: number;
  readonly blockSteps: number;
}

export function planMatmulPacked(
  node: Node,
  { transposeB = false }: MatmulAttrs,
  { target }: PlanContext,
): PackedPlan {
  const [M, N] = node.shape;
  const K = node.inputs[0].shape[1];
  const vectors = target.pairs ? 4 : 2;
  const rows = Math.min(M, mostRows(vectors, target));
  // As even as possible, in multiples of four steps for the transposing copy.
  const blocks = Math.ceil(K / MOST_STEPS);
  return {
    M,
    K,
    N,
    transposeB,
    vectors,
    panels: Math.ceil(N / (4 * vectors)),
    panelsPerBlock: BLOCK_COLUMNS / (4 * vectors),
    rest: N % (4 * vectors),
    rows,
    blockRows: Math.min(M, rows * Math.floor(MOST_ROWS / rows)),
    blockSteps: Math.min(K, 4 * Math.ceil(K / blocks / 4)),
  };
}

export const panelBytes = ({ blockSteps, vectors }: PackedPlan): number =>
  (blockSteps + 4) * 16 * vectors;
export const packedBytes = (plan: PackedPlan): number => plan.panelsPerBlock * panelBytes(plan);
export const sumsBytes = ({ blockRows }: PackedPlan): number => blockRows * BLOCK_COLUMNS * 4;
/** Bytes of one row of sums in scratch. */
export const SUM_ROW = BLOCK_COLUMNS * 4;

/** Where the walk over blocks is. */
export interface Position {
  readonly firstPanel: Local<'i32'>;
  readonly panels: Local<'i32'>;
  readonly firstRow: Local<'i32'>;
  readonly rowsHere: Local<'i32'>;
  readonly sums: Local<'i32'>;
  readonly step: Local<'i32'>;
}
