/**
 * @file Ops that reach across ranks: processes that run one graph together, each on rows or layers of its own.
 *
 * A rank sees one input of several; the others are on the other ranks, and a backend leaves it to whoever runs
 * the program to exchange them (`backends/backend.ts`, `runAcross`). The loss that is lowered is the sum of the
 * losses of all ranks, so each op is its own gradient; or a pair computes one loss alike from a sum, and the sum says so.
 * One rank alone is its own other.
 * Exchanges begin in the order of `order`, the same on every rank; those of one `bucket` begin together.
 * Next stop: `nn/programs/sharedStep.ts`, which puts the numbers in.
 */
import { defineOp, type Op, type Tensor } from './op.ts';

export interface RankAttrs {
  /** When it begins, from 0; absent until the graph is whole. */
  readonly order?: number | undefined;
  readonly bucket?: number | undefined;
  /**
   * The sum is over a pair, whose ranks compute alike what follows, so that each has the gradient of the result already.
   */
  readonly alike?: true | undefined;
}

const acrossRanks = (name: string, formula: string): Op<RankAttrs> =>
  defineOp<RankAttrs>({
    name,
    formula,
    arity: 1,
    rows: [0],
    shape: ([x]) => x,
    gradient: ({ node, attrs, dy, build }) => [
      attrs.alike === true ? dy : build(name, [dy], {}, `${node.name}/gradient`),
    ],
    reference: ([x], y: Tensor) => y.data.set(x.data),
  });

/** Fills the memory of its input: no second copy is made. */
export const rankSum = acrossRanks('rankSum', 'y = sum of x over all ranks that hold the same');

/** Of pairs: rank 0 and 1, 2 and 3. */
export const rankSwap = acrossRanks('rankSwap', 'y = x of the other rank of the pair');

/** How the values of an exchange travel. */
export const exchangeKind = ({
  op,
  attrs,
}: {
  readonly op: string;
  readonly attrs: unknown;
}): 'sum' | 'pairSum' | 'swap' => {
  if (op === rankSwap.name) return 'swap';
  return (attrs as RankAttrs).alike === true ? 'pairSum' : 'sum';
};

export const isExchange = ({ op }: { readonly op: string }): boolean =>
  op === rankSum.name || op === rankSwap.name;
