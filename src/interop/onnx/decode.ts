/**
 * @file The bytes of an ONNX file as a model: its nodes, attributes and tensors, with what is wrong said in words.
 *
 * Nesting and sizes are bounded by the reader of the messages; names are kept in maps, so that none of them is special.
 * Before: `proto/schema.ts`. Next stop: `evaluate.ts`, which works out what the nodes give.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from './proto/schema.ts';
import { type ExternalFiles, externalPlace } from './tensors.ts';

export interface OnnxNode {
  /** "Conv"; with its domain where that is not ONNX's own: "com.microsoft.Gelu" */
  readonly operator: string;
  /** Inputs and outputs by name; '' where one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** For errors: 'Conv "conv1" (operator set 13)' */
  readonly place: string;
}

export interface OnnxModel {
  /** Version of ONNX's own set of operators. */
  readonly opset: number;
  readonly graph: GraphProto;
  readonly nodes: readonly OnnxNode[];
  /** "ONNX opset 10, by pytorch 1.3" */
  readonly producedBy: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** What lies in files beside the model. */
  readonly external: ExternalFiles;
  /** Names the file in errors. */
  readonly where: string;
}

/** The newest set of operators whose meaning is known here. */
export const NEWEST_OPSET = 28;
/** ONNX's own operators. */
const OWN_DOMAINS = ['', 'ai.onnx'];

/** Reads the bytes of a model; `external`: files beside it, which `externalFilesOf` names. */
export function decodeModel(
  bytes: Uint8Array,
  where: string,
  external: ExternalFiles = new Map(),
): OnnxModel {
  const model = messagesOf(bytes, where);
  const { graph } = model;
  if (graph === undefined) throw notOnnx(where, 'it has no graph');
  const opset = opsetOf(model, where);
  return {
    opset,
    graph,
    nodes: graph.node.map((node) => nodeOf(node, opset)),
    producedBy: producedBy(model, opset),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
    external,
    where,
  };
}

/** Paths of the files beside a model that its tensors lie in. */
export function externalFilesOf({ graph, nodes }: OnnxModel): readonly string[] {
  const inNodes = nodes.flatMap(({ attributes }) =>
    [...attributes.values()].flatMap(({ t }) => (t === undefined ? [] : [t])),
  );
  const isOutside = (tensor: TensorProto) =>
    tensor.dataLocation === TensorProto_DataLocation.EXTERNAL;
  const outside = [...graph.initializer, ...inNodes].filter(isOutside);
  return [...new Set(outside.map((tensor) => externalPlace(tensor).location))];
}

function messagesOf(bytes: Uint8Array, where: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw notOnnx(where, messageOf(error), error);
  }
}

function notOnnx(where: string, why: string, cause?: unknown): FoveaError {
  const problem = `this is no ONNX model, or a damaged one: ${printable(why)}`;
  return new FoveaError({ where, problem, expected: 'a whole .onnx file' }, { cause });
}

function opsetOf({ opsetImport, irVersion }: ModelProto, where: string): number {
  const own = opsetImport.find(({ domain }) => OWN_DOMAINS.includes(domain));
  if (opsetImport.length === 0 && irVersion >= 3n)
    throw notOnnx(where, 'it does not say its operators');
  const version = Number(own?.version ?? 1n);
  if (version >= 1 && version <= NEWEST_OPSET) return version;
  throw new FoveaError({
    where,
    problem: `the model is written in version ${version} of ONNX's operators`,
    expected: `a version from 1 to ${NEWEST_OPSET}`,
    fix: `export it with opset_version=${NEWEST_OPSET} or older`,
  });
}

function nodeOf({ opType, domain, name, input, output, attribute }: NodeProto, opset: number) {
  const operator = OWN_DOMAINS.includes(domain) ? opType : `${domain}.${opType}`;
  const called = name !== '' ? name : (output.find((one) => one !== '') ?? '');
  return {
    operator,
    inputs: input,
    outputs: output,
    attributes: new Map(attribute.map((one) => [one.name, one])),
    place: `${printable(operator, 60)} "${printable(called, 80)}" (opset ${opset})`,
  };
}

function producedBy({ producerName, producerVersion }: ModelProto, opset: number): string {
  const producer = printable(`${producerName} ${producerVersion}`.trim(), 60);
  return `ONNX opset ${opset}${producer === '' ? '' : `, by ${producer}`}`;
}
