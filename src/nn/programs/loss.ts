/**
 * @file What a training step lowers: the mean loss of the rows with the penalties, and what is measured beside it.
 *
 * Of a batch, or of the part of one that a rank takes. Before: `../network.ts`, the forward pass. Next stop:
 * `programs.ts`, which adds gradients and updates.
 */
import { unreachable } from '../../base/errors.ts';
import { at, type NonEmpty, nonEmpty } from '../../base/lists.ts';
import { batchInput, constantNode, type Node } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { metricKey } from '../losses/chosenMetrics.ts';
import {
  type Measured,
  type MeasureOptions,
  measureHead,
  objectivesOf,
  weightedSum,
} from '../losses/objectives.ts';
import { expand, type Network } from '../network.ts';
import type { RowShare } from '../rowShare.ts';
import type { PlacedLayer } from '../shapes.ts';
import { hasSeveral, type ModelSpec, nameIn } from '../spec.ts';

/** What a training step does to its rows. */
export interface RowOptions {
  /** Share of each target that is spread evenly over the classes, where targets are asked for; default 0. */
  readonly labelSmoothing?: number | undefined;
  /** Whether each row's loss is multiplied by the input `rowWeights` (N); default false. */
  readonly weighted?: boolean | undefined;
}

/** Name of the input (N) by which a step weighs its rows. */
export const ROW_WEIGHTS = 'rowWeights';

export interface GradientOptions extends MeasureOptions, RowOptions {
  /** Of the random numbers of layers (dropout); default 0. */
  readonly seed?: number;
  /** Where in a larger batch the rows begin: random layers draw for them what they would draw there. */
  readonly firstRow?: number;
}

export interface TowerOptions {
  /** The layers as one of two towers has them; default: the whole network. */
  readonly tower?: readonly PlacedLayer[] | undefined;
}

export interface LossOptions extends GradientOptions, TowerOptions {
  /** Of which larger batch the rows are a part: the loss is their part of its mean. */
  readonly share?: RowShare | undefined;
  /** Whether batch statistics are those of the larger batch. */
  readonly synchronized?: boolean | undefined;
}

/** What a step lowers, for `trainingGraph` and its kin. */
export function lossOfBatch(spec: ModelSpec, options: LossOptions, batchSize: number) {
  const { seed = 0, share, synchronized = false, tower } = options;
  const { firstRow = share?.first ?? 0 } = options;
  // Rows that are there to have a program at all count for nothing.
  const counts = share?.count === 0 ? 0 : 1;
  const across = synchronized && share !== undefined ? { ...share, counts } : undefined;
  const network = expand(spec, { batchSize, training: true, seed, firstRow, across, tower });
  const measured = measure(spec, network, options);
  const weights = options.weighted === true ? batchInput(ROW_WEIGHTS, [batchSize]) : undefined;
  const means = measured.map(({ rows }) => {
    const weighed = weights === undefined ? rows : build('mul', [rows, weights], {}, 'weighedLoss');
    const sum = build('sumTo', [weighed], { shape: [] }, 'lossSum');
    return build('mul', [sum, constantNode(counts / (share?.of ?? batchSize))], {}, 'meanLoss');
  });
  const measures = (): Record<string, Node> => {
    const found: Record<string, Node> = {};
    measured.forEach(({ metric, metricRows, metrics, objective: { output } }, i) => {
      if (hasSeveral(spec.outputs)) found[`loss/${output}`] = at(means, i, 'mean');
      const asked = metrics.map((m) => ({ name: metricKey(m.name), rows: m.rows }));
      for (const { name: what, rows } of [{ name: metric, rows: metricRows }, ...asked]) {
        const name = nameIn(what, spec.outputs, output);
        const sum = build('sumTo', [rows()], { shape: [] }, name);
        found[name] = counts === 1 ? sum : build('mul', [sum, constantNode(0)], {}, name);
      }
    });
    return found;
  };
  const part = share === undefined ? 1 : share.count / share.of;
  const penalties = penaltiesOf(network).map((penalty) =>
    part === 1 ? penalty : build('mul', [penalty, constantNode(part)], {}, penalty.name),
  );
  const loss = sumOf([weightedSum(means, measured), ...penalties], 'loss');
  return { network, loss, measures };
}

export function measure(
  spec: ModelSpec,
  network: Network,
  options: MeasureOptions & RowOptions,
): NonEmpty<Measured> {
  const objectives = objectivesOf(spec, options);
  const measured = network.heads.map((head) => {
    const objective = objectives.get(head.name) ?? unreachable(`no loss of "${head.name}"`);
    return measureHead(spec, network, head, objective, options);
  });
  return nonEmpty(measured, 'outputs');
}

/** l2 * sum(w^2) of each parameter that has a penalty; of a tower the sum over both. */
export function penaltiesOf({ parameters, isTower }: Network): Node[] {
  const penalties = parameters.flatMap(({ node, l2 = 0 }) => {
    if (l2 === 0) return [];
    const squares = build('sumTo', [build('square', [node])], { shape: [] });
    return [build('mul', [squares, constantNode(l2)], {}, `${node.name}/penalty`)];
  });
  if (!isTower || penalties.length === 0) return penalties;
  const own = sumOf(penalties, 'ownPenalty');
  return [build('rankSum', [own], { alike: true }, PENALTY_EXCHANGE)];
}

/** Name of the exchange of towers whose weights have a penalty. */
export const PENALTY_EXCHANGE = 'penalty/exchange';

export function sumOf(terms: readonly Node[], name: string): Node {
  return terms.reduce((sum, term) => build('add', [sum, term], {}, name));
}
