/**
 * @file A trained model as a TensorFlow.js graph model: operations by hand, fused or each by itself, weights quantised or
 * not. What reads it back shares no code with it.
 */

import { layerShapes } from '../../src/nn/shapes.ts';
import { INPUT } from '../../src/nn/spec.ts';
import type { StateValue, TrainedModel } from '../../src/nn/trained.ts';

export interface GraphWish {
  /** Bias and activation inside of the operation. */
  readonly fused?: boolean;
  readonly quantized?: 'uint8' | 'uint16' | 'float16';
}

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Record<string, unknown>;
}

const s = (text: string) => ({ s: btoa(text) });
const ints = (numbers: readonly number[]) => ({ list: { i: numbers.map(String) } });
const window = ([h, w]: readonly number[]) => ints([1, h, w, 1]);
const OPS: Record<string, string> = {
  relu: 'Relu',
  tanh: 'Tanh',
  softmax: 'Softmax',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
};

/** model.json and its weights; the model's input is called "x", its preprocessing is left out. */
export function graphModelOf(
  { spec, weights }: TrainedModel,
  { fused = false, quantized }: GraphWish = {},
): Map<string, Uint8Array> {
  const nodes: Node[] = [];
  const arrays: { name: string; shape: readonly number[]; data: ArrayLike<number>; int?: true }[] =
    [];
  const put = (name: string, op: string, input: string[], attr: Record<string, unknown> = {}) => {
    nodes.push({ name, op, input, attr });
    return name;
  };
  const constant = (name: string, { shape, data }: StateValue) => {
    arrays.push({ name, shape, data });
    return put(name, 'Const', [], { dtype: { type: 'DT_FLOAT' } });
  };
  const integers = (name: string, data: readonly number[], shape = [data.length]) => {
    arrays.push({ name, shape, data, int: true });
    return put(name, 'Const', [], { dtype: { type: 'DT_INT32' } });
  };
  const made = new Map([[INPUT, 'x']]);
  const size = [-1, ...spec.inputShape].map((n) => ({ size: String(n) }));
  put('x', 'Placeholder', [], { shape: { shape: { dim: size } }, dtype: { type: 'DT_FLOAT' } });
  for (const { spec: layer, inputs, outputShape, inputShapes } of layerShapes(spec)) {
    const { kind, name } = layer;
    const o = layer.options as Record<string, never>;
    const reads = inputs.map((input) => made.get(input) ?? '');
    const state = (own: string) => weights.get(`${name}/${own}`) as StateValue;
    /** An operation with weights, its bias and its activation. */
    const ended = (op: string, kernel: string, attr: Record<string, unknown>) => {
      const act = OPS[o.activation] as string | undefined;
      if (fused && o.useBias && act !== 'Softmax') {
        const bias = constant(`${name}/b`, state('bias'));
        const inside = act === undefined ? ['BiasAdd'] : ['BiasAdd', act];
        const fusedOps = { list: { s: inside.map(btoa) } };
        const all = { ...attr, fused_ops: fusedOps, num_args: { i: '1' } };
        return put(name, `_Fused${op}`, [...reads, kernel, bias], all);
      }
      let at = put(`${name}/op`, op, [...reads, kernel], attr);
      if (o.useBias)
        at = put(`${name}/bias`, 'BiasAdd', [at, constant(`${name}/b`, state('bias'))]);
      return act === undefined ? at : put(`${name}/act`, act, [at]);
    };
    const sliding = {
      strides: window(o.strides ?? [1, 1]),
      dilations: window(o.dilationRate ?? [1, 1]),
      padding: s(String(o.padding).toUpperCase()),
      data_format: s('NHWC'),
    };
    const simple: Record<string, () => string> = {
      conv2d: () => ended('Conv2D', constant(`${name}/k`, state('kernel')), sliding),
      depthwiseConv2d: () => {
        const { data } = state('depthwiseKernel');
        const shape = [...(o.kernelSize as number[]), inputShapes[0][2], Number(o.depthMultiplier)];
        return ended('DepthwiseConv2dNative', constant(`${name}/k`, { shape, data }), sliding);
      },
      dense: () => {
        const attr = { transpose_a: { b: false }, transpose_b: { b: false } };
        return ended('MatMul', constant(`${name}/k`, state('kernel')), attr);
      },
      maxPooling2d: () => pool('MaxPool'),
      averagePooling2d: () => pool('AvgPool'),
      globalAveragePooling2d: () => put(name, 'Mean', [...reads, integers(`${name}/axes`, [1, 2])]),
      batchNormalization: () => {
        const own = ['gamma', 'beta', 'movingMean', 'movingVariance'];
        const four = own.map((one) => constant(`${name}/${one}`, state(one)));
        const attr = { epsilon: { f: Number(o.epsilon) }, is_training: { b: false } };
        return put(name, 'FusedBatchNormV3', [...reads, ...four], attr);
      },
      activation: () => put(name, OPS[o.activation], reads),
      clip: () => put(name, 'Relu6', reads),
      flatten: () => put(name, 'Reshape', [...reads, integers(`${name}/to`, [-1, ...outputShape])]),
      zeroPadding2d: () => {
        const [[t, b], [l, r]] = o.padding as unknown as [number, number][];
        return put(name, 'Pad', [
          ...reads,
          integers(`${name}/p`, [0, 0, t, b, l, r, 0, 0], [4, 2]),
        ]);
      },
      add: () => put(name, 'AddV2', reads),
      multiply: () => put(name, 'Mul', reads),
      concatenate: () => put(name, 'ConcatV2', [...reads, integers(`${name}/axis`, [-1])]),
    };
    const pool = (op: string) =>
      put(name, op, reads, {
        ...sliding,
        ksize: window(o.poolSize),
        strides: window(o.strides ?? o.poolSize),
      });
    made.set(name, simple[kind]());
  }
  put('Identity', 'Identity', [made.get(spec.layers.at(-1)?.name ?? '') ?? '']);
  // An order that no one may rely on.
  nodes.reverse();
  return new Map([
    ['model.json', text({ nodes, arrays, quantized })],
    ['weights/all.bin', bytesOf(arrays, quantized)],
  ]);
}

type Arrays = readonly {
  name: string;
  shape: readonly number[];
  data: ArrayLike<number>;
  int?: true;
}[];

/** Enough for every number from the least to the largest. */
const rangeOf = (data: ArrayLike<number>, levels: number) => {
  const [min, max] = [Math.min(...Array.from(data)), Math.max(...Array.from(data))];
  return { min, scale: (max - min) / levels || 1 };
};

const LEVELS = { uint8: 255, uint16: 65535 } as const;

function text({
  nodes,
  arrays,
  quantized,
}: {
  nodes: Node[];
  arrays: Arrays;
  quantized: GraphWish['quantized'];
}) {
  const weights = arrays.map(({ name, shape, data, int }) => {
    const plain = { name, shape, dtype: int ? 'int32' : 'float32' };
    if (int || quantized === undefined) return plain;
    const range = quantized === 'float16' ? {} : rangeOf(data, LEVELS[quantized]);
    return { ...plain, quantization: { dtype: quantized, ...range } };
  });
  const json = {
    format: 'graph-model',
    generatedBy: '2.11.0',
    convertedBy: 'a test',
    signature: { inputs: { x: { name: 'x:0' } }, outputs: { y: { name: 'Identity:0' } } },
    modelTopology: { node: nodes, versions: {} },
    weightsManifest: [{ paths: ['weights/all.bin'], weights }],
  };
  return new TextEncoder().encode(JSON.stringify(json));
}

function bytesOf(arrays: Arrays, quantized: GraphWish['quantized']): Uint8Array {
  const parts = arrays.map(({ data, int }) => {
    if (int) return new Uint8Array(Int32Array.from(data).buffer);
    if (quantized === undefined) return new Uint8Array(Float32Array.from(data).buffer);
    if (quantized === 'float16')
      return new Uint8Array(Uint16Array.from(Array.from(data, half)).buffer);
    const { min, scale } = rangeOf(data, LEVELS[quantized]);
    const levels = Array.from(data, (n) => Math.round((n - min) / scale));
    return quantized === 'uint8'
      ? Uint8Array.from(levels)
      : new Uint8Array(Uint16Array.from(levels).buffer);
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** The nearest half float of numbers that have one (normal, in range). */
function half(n: number): number {
  if (Math.abs(n) < 2 ** -14) return n < 0 ? 0x8000 : 0;
  const exponent = Math.floor(Math.log2(Math.abs(n)));
  const fraction = Math.round((Math.abs(n) / 2 ** exponent - 1) * 1024);
  return ((n < 0 ? 0x8000 : 0) | ((exponent + 15) << 10)) + fraction;
}
