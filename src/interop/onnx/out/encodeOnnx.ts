/**
 * @file The bytes of an ONNX file: nodes, initializers and ends as its messages.
 *
 * Before: `exportOnnx.ts`. Next stop: `../proto/schema.ts`.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { version } from '../../../base/version.ts';
import type {
  Attribute,
  Constant,
  OperatorNode,
  OperatorProgram,
  ProgramEnd,
} from '../../channelsFirst/program.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
} from '../proto/schema.ts';

const OPSET = 17n;
/** Of the version of the format that opset 17 came with. */
const IR_VERSION = 8n;

export function encodeOnnx(
  { inputs, outputs, nodes, constants }: OperatorProgram,
  name: string,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }],
    producerName: 'fovea',
    producerVersion: version,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      node: nodes.map(nodeOf),
      initializer: [...constants].map(([constant, value]) => tensorOf(constant, value)),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function nodeOf({ op, inputs, output, attributes }: OperatorNode) {
  const input = [...inputs];
  while (input.at(-1) === '') input.pop();
  return {
    opType: op,
    name: output,
    input,
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
  };
}

function attributeOf(name: string, value: Attribute) {
  if ('int' in value) return { name, type: AttributeType.INT, i: BigInt(value.int) };
  if ('ints' in value) return { name, type: AttributeType.INTS, ints: value.ints.map(BigInt) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.text) };
}

function tensorOf(name: string, { shape, data }: Constant) {
  return {
    name,
    dims: shape.map(BigInt),
    dataType: data instanceof Float32Array ? DataType.FLOAT : DataType.INT64,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** The batch is open. */
function valueInfo({ name, shape }: ProgramEnd) {
  const batch = { value: { case: 'dimParam' as const, value: 'batch' } };
  const extents = shape.map((extent) => ({
    value: { case: 'dimValue' as const, value: BigInt(extent) },
  }));
  return {
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: { elemType: DataType.FLOAT, shape: { dim: [batch, ...extents] } },
      },
    },
  };
}
