/**
 * @file Writes small ONNX models for tests: nodes in one line each, weights as plain numbers.
 */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as A,
  type AttributeProtoSchema,
  type FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType as T,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from '../../src/interop/onnx/proto/schema.ts';

type Node = MessageInitShape<typeof NodeProtoSchema>;
type Attribute = MessageInitShape<typeof AttributeProtoSchema>;
type Tensor = MessageInitShape<typeof TensorProtoSchema>;
type Graph = MessageInitShape<typeof GraphProtoSchema>;
type Function = MessageInitShape<typeof FunctionProtoSchema>;
type Info = MessageInitShape<typeof ValueInfoProtoSchema>;
/**
 * An attribute: numbers with a point are written as 0.5, whole ones as 3; `{ float: 3 }` is one that is both, `{ of: 'a' }`
 * what a function's call gives as "a".
 */
type Setting =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: Graph }
  | { readonly of: string; readonly type: A }
  | Tensor;

export interface Written {
  readonly opset?: number;
  readonly nodes: readonly Node[];
  /** Extents by name; a text is an axis that is left open. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  readonly weights?: readonly Tensor[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly functions?: readonly Function[];
}

/** node('Conv', ['x', 'w'], ['y'], { strides: [2, 2] }) */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  settings: Readonly<Record<string, Setting>> = {},
): Node {
  const attribute = Object.entries(settings).map(([name, value]) => attributeOf(name, value));
  return { opType, input: [...input], output: [...output], attribute };
}

export function attributeOf(name: string, value: Setting): Attribute {
  if (typeof value === 'string')
    return { name, type: A.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? { name, type: A.INT, i: BigInt(value) }
      : { name, type: A.FLOAT, f: value };
  }
  if (Array.isArray(value)) return { name, type: A.INTS, ints: value.map((n) => BigInt(n)) };
  if ('float' in value) return { name, type: A.FLOAT, f: value.float };
  if ('graph' in value) return { name, type: A.GRAPH, g: create(GraphProtoSchema, value.graph) };
  if ('of' in value) return { name, type: value.type, refAttrName: value.of };
  return { name, type: A.TENSOR, t: value as Tensor };
}

export function floats(name: string, dims: readonly number[], numbers: Iterable<number>): Tensor {
  const rawData = new Uint8Array(Float32Array.from(numbers).buffer);
  return { name, dims: dims.map(BigInt), dataType: T.FLOAT, rawData };
}

export function integers(name: string, numbers: readonly number[]): Tensor {
  const int64Data = numbers.map(BigInt);
  return { name, dims: [BigInt(numbers.length)], dataType: T.INT64, int64Data };
}

export function writeModel({
  opset = 17,
  nodes,
  inputs,
  outputs,
  weights = [],
  metadata = {},
  functions = [],
}: Written): Uint8Array {
  const info = (name: string, dims?: readonly (number | string)[]): Info => ({
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: T.FLOAT,
          ...(dims === undefined ? {} : { shape: { dim: dims.map(dimOf) } }),
        },
      },
    },
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'test',
      opsetImport: ['', ...new Set(functions.map(({ domain = '' }) => domain))].map((domain) => ({
        domain,
        version: BigInt(domain === '' ? opset : 1),
      })),
      functions: [...functions],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: 'graph',
        node: [...nodes],
        initializer: [...weights],
        input: Object.entries(inputs).map(([name, dims]) => info(name, dims)),
        output: outputs.map((name) => info(name)),
      },
    }),
  );
}

function dimOf(n: number | string) {
  return typeof n === 'number'
    ? { value: { case: 'dimValue' as const, value: BigInt(n) } }
    : { value: { case: 'dimParam' as const, value: n } };
}
