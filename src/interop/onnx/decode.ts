/**
 * @file The bytes of an ONNX file as a model: its nodes, attributes and tensors, with what is wrong said in words.
 *
 * Nesting and sizes are bounded by the reader of the messages; names are kept in maps, so that none of them is special.
 * Before: `proto/schema.ts`. Next stops: `nodeWalk.ts`, then `evaluate.ts`, which works out what
 * the nodes give.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type OperatorSetIdProto,
  type TensorProto,
  TensorProto_DataLocation,
} from './proto/schema.ts';
import { GraphScope, Names, type Scope } from './scope.ts';
import { type ExternalFiles, externalPlace } from './tensors.ts';

export interface OnnxNode {
  /** "Conv"; with its domain where that is not ONNX's own: "com.microsoft.Gelu" */
  readonly operator: string;
  /** The key of a function of the file, where there is one of the kind. */
  readonly called: string;
  readonly name: string;
  /** Version of ONNX's own operators where it stands. */
  readonly opset: number;
  readonly scope: Scope;
  /** Inputs and outputs by name in the graph; '' where one is left out. */
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
  /** By `called` of nodes. */
  readonly functions: ReadonlyMap<string, FunctionProto>;
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
  if (model.opsetImport.length === 0 && model.irVersion >= 3n)
    throw notOnnx(where, 'it does not say its operators');
  const opset = opsetOf(model.opsetImport, where);
  const scope = graphScope(graph, opset);
  return {
    opset,
    graph,
    nodes: graph.node.map((node) => nodeOf(node, scope)),
    functions: functionsOf(model, where),
    producedBy: producedBy(model, opset),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
    external,
    where,
  };
}

/** Paths of the files beside a model that its tensors lie in. */
export function externalFilesOf({ graph, functions }: OnnxModel): readonly string[] {
  const paths = new Set<string>();
  const read = (tensor: TensorProto): void => {
    if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL)
      paths.add(externalPlace(tensor).location);
  };
  const inNodes = (nodes: readonly NodeProto[]): void => {
    for (const { t, g } of nodes.flatMap(({ attribute }) => attribute)) {
      if (t !== undefined) read(t);
      if (g !== undefined) inGraph(g);
    }
  };
  // As deep as the reader of the messages lets them nest.
  const inGraph = ({ initializer, node }: GraphProto): void => {
    initializer.forEach(read);
    inNodes(node);
  };
  inGraph(graph);
  for (const { node } of functions.values()) inNodes(node);
  return [...paths];
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

function graphScope({ input, initializer, node }: GraphProto, opset: number): Scope {
  const names = new Names([
    ...[...input, ...initializer].map(({ name }) => name),
    ...node.flatMap(({ output }) => output),
  ]);
  const parts = { names, opset, prefix: '', calls: [], attributes: new Map(), outer: undefined };
  return new GraphScope(parts);
}

function functionsOf({ functions }: ModelProto, where: string): Map<string, FunctionProto> {
  const found = new Map<string, FunctionProto>();
  for (const one of functions) {
    const key = functionKey(one.domain, one.name, one.overload);
    if (one.name === '') throw notOnnx(where, 'a function has no name');
    if (found.has(key)) throw notOnnx(where, `the function ${key} is there twice`);
    found.set(key, one);
  }
  return found;
}

const operatorOf = (domain: string, name: string): string =>
  OWN_DOMAINS.includes(domain) ? name : `${domain}.${name}`;

const functionKey = (domain: string, name: string, overload: string): string =>
  `${operatorOf(domain, name)}${overload === '' ? '' : `:${overload}`}`;

/** The version of ONNX's own operators that is imported. */
export function opsetOf(imports: readonly OperatorSetIdProto[], where: string): number {
  const own = imports.find(({ domain }) => OWN_DOMAINS.includes(domain));
  const version = Number(own?.version ?? 1n);
  if (version >= 1 && version <= NEWEST_OPSET) return version;
  throw new FoveaError({
    where,
    problem: `the model is written in version ${version} of ONNX's operators`,
    expected: `a version from 1 to ${NEWEST_OPSET}`,
    fix: `export it with opset_version=${NEWEST_OPSET} or older`,
  });
}

export function nodeOf(node: NodeProto, scope: Scope): OnnxNode {
  const { opType, domain, name, overload, input, output, attribute } = node;
  const operator = operatorOf(domain, opType);
  const outputs = output.map((one) => scope.meaningOf(one));
  const shown = name !== '' ? scope.label(name) : (outputs.find((one) => one !== '') ?? '');
  return {
    operator,
    called: functionKey(domain, opType, overload),
    name,
    opset: scope.opset,
    scope,
    inputs: input.map((one) => scope.meaningOf(one)),
    outputs,
    attributes: new Map(attribute.flatMap((one) => givenAttribute(one, scope))),
    place: `${printable(operator, 60)} "${printable(shown, 80)}" (opset ${scope.opset})`,
  };
}

/** An attribute by its name; in a function it may be one of the call's, and is left out where that has none. */
function givenAttribute(one: AttributeProto, { parts }: Scope): [string, AttributeProto][] {
  const given = one.refAttrName === '' ? one : parts.attributes.get(one.refAttrName);
  return given === undefined ? [] : [[one.name, given]];
}

function producedBy({ producerName, producerVersion }: ModelProto, opset: number): string {
  const producer = printable(`${producerName} ${producerVersion}`.trim(), 60);
  return `ONNX opset ${opset}${producer === '' ? '' : `, by ${producer}`}`;
}
