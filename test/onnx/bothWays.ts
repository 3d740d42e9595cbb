/**
 * @file One ONNX model run in two ways that share no layout: as a graph of the file's operators, and as layers.
 */
import type { Session } from '../../src/backends/backend.ts';
import { RandomStream } from '../../src/base/random.ts';
import { type Shape, sizeOf, stridesOf } from '../../src/base/shape.ts';
import { decodeModel } from '../../src/interop/onnx/decode.ts';
import { graphOfOnnx } from '../../src/interop/onnx/importGraph.ts';
import { specOfOnnx } from '../../src/interop/onnx/spec/importSpec.ts';
import type { ExternalFiles } from '../../src/interop/onnx/tensors.ts';
import { compileImported } from '../../src/interop/onnxGraph.ts';
import { expand } from '../../src/nn/network.ts';
import { inputsOf } from '../../src/nn/spec.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';

export interface BothWays {
  readonly imported: ReturnType<typeof specOfOnnx>;
  /** By output: of the graph, and of the layers in the file's order. */
  readonly outputs: readonly {
    readonly graph: readonly number[];
    readonly layers: readonly number[];
  }[];
}

/** (N, H, W, C) -> (N, C, H, W) and the like: numbers with the axes in another order. */
export function moved(
  data: ArrayLike<number>,
  shape: Shape,
  axes: readonly number[],
): Float32Array {
  const strides = stridesOf(shape);
  const to = axes.map((axis) => shape[axis]!);
  const steps = stridesOf(to);
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    let from = 0;
    for (let k = 0, rest = i; k < to.length; k++) {
      from += Math.floor(rest / steps[k]!) * strides[axes[k]!]!;
      rest %= steps[k]!;
    }
    return data[from]!;
  });
}

export async function runBothWays(
  session: Session,
  model: Uint8Array,
  {
    batchSize = 1,
    external,
    seed = 1,
  }: { batchSize?: number; external?: ExternalFiles; seed?: number } = {},
): Promise<BothWays> {
  const imported = specOfOnnx(decodeModel(model, 'model', external), 'model');
  const graph = graphOfOnnx(model, { batchSize, external });
  const random = new RandomStream(seed);
  const given = graph.inputs.map(({ shape }) =>
    Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.uniform() - 1),
  );
  const scope = session.scopeOf();
  const program = compileImported(scope, graph);
  graph.inputs.forEach(({ name }, i) => {
    program.input(name).set(given[i]!);
  });
  program.run();

  const rows = graph.inputs[0]!.shape[0]!;
  const own = session.scopeOf();
  const layers = layersProgram(own, imported, rows);
  inputsOf(imported.spec).forEach(({ shape }, i) => {
    const file = graph.inputs[i]!.shape;
    layers.inputs[i]!.set(isTurned(file, shape) ? moved(given[i]!, file, [0, 2, 3, 1]) : given[i]!);
  });
  layers.program.run();
  const outputs = [];
  for (const [i, { name, shape }] of graph.outputs.entries()) {
    const found = [...(await layers.program.output(layers.outputs[i]!.name))];
    const is = layers.outputs[i]!.shape;
    outputs.push({
      graph: [...(await program.output(name))],
      layers: shape.length === 4 && is.length === 4 ? [...moved(found, is, [0, 3, 1, 2])] : found,
    });
  }
  scope.free();
  own.free();
  return { imported, outputs };
}

/** Whether a picture (N, C, H, W) of the file is read as (H, W, C). */
function isTurned(file: Shape, own: Shape): boolean {
  return file.length === 4 && file[1] === own[2] && file[2] === own[0] && file[3] === own[1];
}

/** The network without its preprocessing, in a scope with its weights. */
export function layersProgram(
  scope: ReturnType<Session['scopeOf']>,
  { spec, weights }: TrainedModel,
  rows: number,
) {
  const network = expand(spec, { batchSize: rows, training: false });
  const graph = {
    outputs: Object.fromEntries(network.heads.map(({ name, output }) => [name, output])),
    updates: [],
  };
  const program = scope.compile(graph);
  for (const [name, { data }] of weights) scope.writeState(name, data);
  return {
    program,
    inputs: [...network.inputs.values()].map(({ name }) => program.input(name)),
    outputs: network.heads.map(({ name, output }) => ({ name, shape: output.shape })),
  };
}
