/**
 * @file An ONNX model as a graph of this house: every operator as ops, in the layout of the file.
 *
 * For models that are no network of layers, and for whoever wants the file's own inputs and outputs. Weights are states,
 * which `compileImported` fills. Before: `../onnxGraph.ts`. Next stop: `evaluate.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { sizeOf } from '../../base/shape.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../../graph/node.ts';
import { decodeModel } from './decode.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import { type ElementType, type ExternalFiles, MOST_NUMBERS, type Numbers } from './tensors.ts';

export interface TensorInfo {
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

export interface ImportedGraph {
  /** Outputs by the names of the file. */
  readonly graph: Graph;
  /** What has to be given before a run. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Numbers of the graph's states by name. */
  readonly weights: ReadonlyMap<string, () => Numbers>;
  readonly producedBy: string;
}

export interface ImportGraphOptions extends EvaluateOptions {
  /** What lies beside the model, by the paths it names. */
  readonly external?: ExternalFiles | undefined;
  /** Names the file in errors; default "model". */
  readonly where?: string | undefined;
}

/**
 * Reads an ONNX file's bytes into a graph that any backend runs. Throws a FoveaError that names operator, node and
 * version for whatever cannot be imported.
 */
export function graphOfOnnx(bytes: Uint8Array, options: ImportGraphOptions = {}): ImportedGraph {
  const { external, where = 'model', ...rest } = options;
  const model = decodeModel(bytes, where, external);
  const { inputs, outputs, constants } = evaluate(model, rest);
  const graph: Graph = {
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value.node])),
    updates: [],
  };
  const weights = new Map<string, () => Numbers>();
  let numbers = 0;
  for (const [node, read] of constants.statesIn(topologicalOrder(rootsOf(graph)))) {
    numbers += sizeOf(node.shape);
    weights.set(node.name, read);
  }
  if (numbers > MOST_NUMBERS) {
    const expected = `at most ${MOST_NUMBERS}: the memory of a session`;
    throw new FoveaError({ where, problem: `${numbers} weights`, expected });
  }
  const infoOf = (name: string, type: ElementType, { shape }: Node) => ({ name, type, shape });
  return {
    graph,
    inputs: inputs.map(({ name, value }) => infoOf(name, value.type, value.node)),
    outputs: outputs.map(({ name, value }) => infoOf(name, value.type, value.node)),
    weights,
    producedBy: model.producedBy,
  };
}
