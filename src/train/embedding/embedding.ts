/**
 * @file What a layer makes of pictures, in two dimensions: who lies near whom, as the network sees it.
 *
 *     const { points, labels } = await embed(session, model, test, { method: 'tsne' });
 *
 * Before: `principal.ts`, `tsne.ts`. Next stop: `../drawing/embeddingDrawing.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError, UsageError } from '../../base/errors.ts';
import { last } from '../../base/lists.ts';
import { sizeOf } from '../../base/shape.ts';
import type { Reading } from '../../data/batches/batchSource.ts';
import type { AnySplit } from '../../data/streamed.ts';
import { answeringLayer } from '../../models/variants.ts';
import { rebuildsInput } from '../../nn/losses/answers.ts';
import { layerShapes } from '../../nn/shapes.ts';
import { checkOneInOneOut, inputsOf, type ModelSpec, outputsOf } from '../../nn/spec.ts';
import { fittedSplit } from '../checks.ts';
import { openEvaluationBatches } from '../evaluation/evaluate.ts';
import { runBatches } from '../evaluation/runBatches.ts';
import { Feed } from '../feed.ts';
import { layersGraph, type RunnableModel, restoreKnown } from '../prediction/batchPrediction.ts';
import { trainedScope } from '../snapshots/snapshot.ts';
import { pauseEvery } from '../turns.ts';
import { principal } from './principal.ts';
import { tsne } from './tsne.ts';

export const embeddingMethods = ['pca', 'tsne'] as const;
export type EmbeddingMethod = (typeof embeddingMethods)[number];

export interface EmbedOptions {
  /** Default: what the layer reads that answers, the last hidden one; of an auto-encoder the one of fewest numbers. */
  readonly layer?: string | undefined;
  /** Default: pca. */
  readonly method?: EmbeddingMethod | undefined;
  /** Of tsne: about how many neighbours a picture has; default 30. */
  readonly perplexity?: number | undefined;
  /** Of tsne; default 0. */
  readonly seed?: number | undefined;
  readonly reading?: Reading | undefined;
}

export interface Embedding {
  readonly layer: string;
  /** Numbers that it makes of a picture. */
  readonly numbers: number;
  readonly method: EmbeddingMethod;
  /** (rows, 2) */
  readonly points: Float64Array;
  /** Rows of the split, of each point; pictures that could not be read are left out. */
  readonly indices: Int32Array;
  /** Of each point. */
  readonly labels: Int32Array;
  /** Of pca: shares of the variance along both axes. */
  readonly shares: readonly number[] | null;
  /** Of tsne: what is lost. */
  readonly divergence: number | null;
}

/** t-SNE looks at every pair. */
const MOST_ROWS = { pca: 100_000, tsne: 4_000 } as const;
const LEAST_ROWS = 4;

export async function embed(
  session: Session,
  model: RunnableModel,
  split: AnySplit,
  options: EmbedOptions = {},
): Promise<Embedding> {
  const { spec } = model;
  const { method = 'pca', perplexity, seed, reading } = options;
  checkOneInOneOut(spec, 'that reads one picture');
  const layer = options.layer ?? (rebuildsInput(spec) ? narrowest(spec) : lastHidden(spec));
  if (split.count > MOST_ROWS[method] || split.count < LEAST_ROWS) {
    throw new UsageError({
      problem: `${split.count.toLocaleString('en-US')} pictures`,
      expected: `${LEAST_ROWS} to ${MOST_ROWS[method].toLocaleString('en-US')} for ${method}`,
      option: 'testCount',
    });
  }
  const { data, indices } = await rowsOf(session, model, split, layer, reading);
  const numbers = data.length / indices.length;
  if (perplexity !== undefined && perplexity >= indices.length - 1) {
    throw new UsageError({
      option: 'perplexity',
      problem: `received ${perplexity} of ${indices.length} pictures`,
      expected: 'fewer neighbours than there are other pictures',
    });
  }
  const labels = indices.map((row) => split.labels[row] ?? -1);
  const about = { layer, numbers, method, indices, labels };
  if (method === 'pca') {
    return { ...about, ...principal(data, numbers), divergence: null };
  }
  const turns = pauseEvery(0.1);
  const pause = async (): Promise<void> => {
    if (turns.due()) await turns.take();
  };
  return { ...about, ...(await tsne(data, numbers, { perplexity, seed, pause })), shares: null };
}

/** An auto-encoder's code: the layer with the fewest numbers, of equals the first. */
function narrowest(spec: ModelSpec): string {
  const layers = layerShapes(spec).map(({ spec: { name }, outputShape }) => ({
    name,
    numbers: sizeOf(outputShape),
  }));
  const least = Math.min(...layers.map(({ numbers }) => numbers));
  return layers.find(({ numbers }) => numbers === least)?.name ?? lastHidden(spec);
}

/** What the answering layer reads, past layers that only hand on. */
function lastHidden(spec: ModelSpec): string {
  const byName = new Map(layerShapes(spec).map((placed) => [placed.spec.name, placed]));
  const [input] = inputsOf(spec);
  // Codes and distances answer too, though they cannot be made for other classes.
  const [{ layer }] = outputsOf(spec);
  let [reads] = byName.get(answeringLayer(spec) ?? layer)?.inputs ?? [input.name];
  for (let placed = byName.get(reads); placed !== undefined; placed = byName.get(reads)) {
    if (!['flatten', 'dropout'].includes(placed.spec.kind)) return reads;
    [reads] = placed.inputs;
  }
  throw new FoveaError({
    problem: `${spec.name} has no hidden layer: what answers reads the picture`,
    expected: 'a network with a layer between',
    fix: `name the layer ${last(spec.layers, 'layer').name}`,
  });
}

/** (rows, numbers of the layer), and which rows of the split. */
async function rowsOf(
  session: Session,
  { spec, weights }: RunnableModel,
  split: AnySplit,
  layer: string,
  reading: Reading | undefined,
) {
  const about = { imageShape: reading?.stored };
  const rows = fittedSplit(spec, split, about, reading?.augmentation).split;
  const source = await openEvaluationBatches(spec, rows, reading);
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  try {
    const graph = layersGraph(spec, source.batchSize, [layer]);
    const program = scope.compile(graph);
    try {
      if (weights !== undefined) restoreKnown(scope, spec, weights);
      const [shape = []] = Object.values(graph.outputs).map((node) => node.shape);
      const numbers = sizeOf(shape.slice(1));
      const data = new Float32Array(split.count * numbers);
      const kept: number[] = [];
      await runBatches({ feed: new Feed(graph, program, spec) }, source, 0, async (indices) => {
        const values = await program.output(`stage/${layer}`);
        indices.forEach((row, n) => {
          if (source.unreadable.has(row)) return;
          data.set(values.subarray(n * numbers, (n + 1) * numbers), kept.length * numbers);
          kept.push(row);
        });
      });
      return { data: data.subarray(0, kept.length * numbers), indices: Int32Array.from(kept) };
    } finally {
      program.close();
    }
  } finally {
    await source.close();
    if (weights !== undefined) scope.free();
  }
}
