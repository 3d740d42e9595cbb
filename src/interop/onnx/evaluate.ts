/**
 * @file Walks the nodes of a model in order and works out what each name stands for.
 *
 * The result is a graph of this house and the numbers that the file fixes. Shapes are known from the start: axes that the
 * file leaves open are given. Before: `decode.ts`. Next stop: `operators/index.ts`; then `importGraph.ts` and
 * `spec/importSpec.ts`, which read the result.
 */
import { FoveaError, nearestName } from '../../base/errors.ts';
import { printable, shownValue } from '../../base/printable.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../../base/shape.ts';
import { inputNode } from '../../graph/node.ts';
import { Call } from './call.ts';
import { Constants, readableOf, type Value } from './constants.ts';
import type { OnnxModel, OnnxNode } from './decode.ts';
import { type NamedTensor, NodeWalk } from './nodeWalk.ts';
import { operatorNames, operators } from './operators/index.ts';
import type { GraphProto, TensorProto, ValueInfoProto } from './proto/schema.ts';
import {
  checkedShape,
  type ElementType,
  elementTypeOf,
  type Numbers,
  readTensor,
} from './tensors.ts';

export interface EvaluateOptions {
  /** Extents of axes that the file leaves open, by the name it gives them; the first axis is the batch. */
  readonly dimensions?: Readonly<Record<string, number>> | undefined;
  /** Rows, where the file leaves the first axis of an input open; default 1. */
  readonly batchSize?: number | undefined;
  /** Inputs whose numbers are known beforehand, because they decide shapes. */
  readonly fixed?: ReadonlyMap<string, FixedInput> | undefined;
}

export interface FixedInput {
  readonly shape: Shape;
  readonly numbers: Numbers;
}

export interface EvaluatedInput {
  readonly name: string;
  readonly value: Value;
  /** Whether the file leaves its first axis open. */
  readonly isOpenBatch: boolean;
}

export interface Evaluation {
  /** In order, with those of functions in place of their calls, and of branches in place of the choice. */
  readonly nodes: readonly OnnxNode[];
  /** By name; whatever the file names. */
  readonly values: ReadonlyMap<string, Value>;
  /** What has to be given when it runs. */
  readonly inputs: readonly EvaluatedInput[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  readonly constants: Constants;
}

export function evaluate(model: OnnxModel, options: EvaluateOptions = {}): Evaluation {
  const { graph, where } = model;
  const constants = new Constants(where);
  const values = new Map<string, Value>();
  const name = (key: string, value: Value, place: string): void => {
    if (key === '') return;
    if (values.has(key)) throw twice(key, place);
    values.set(key, value);
  };
  readWeights(graph, named(graph.initializer), model, constants, name);
  const inputs: EvaluatedInput[] = [];
  for (const info of graph.input) {
    // Old files list their weights as inputs too.
    if (values.has(info.name)) continue;
    const input = readInput(info, options, constants, where);
    name(info.name, input.value, where);
    if (!constants.isConstant(input.value)) inputs.push(input);
  }
  const parts = { constants, external: model.external };
  const walk = new NodeWalk(model);
  const nodes: OnnxNode[] = [];
  for (let node = walk.next(); node !== undefined; node = walk.next()) {
    const { place } = node;
    const read = node.inputs.map((input) =>
      input === '' ? undefined : found(input, values, place),
    );
    const call = new Call({ ...parts, node, inputs: read });
    if (node.operator === 'If') {
      const branch = chosenBranch(call);
      readWeights(branch, walk.branch(node, branch), model, constants, name);
      continue;
    }
    nodes.push(node);
    const given = run(call, node);
    const isKnown = read.every((value) => value === undefined || constants.isConstant(value));
    node.outputs.forEach((output, i) => {
      const value = given[i];
      if (value === undefined && output !== '') throw noOutput(node, i);
      if (value === undefined) return;
      checkedShape(value.node.shape, node.place);
      name(output, isKnown ? constants.folded(output, value) : value, node.place);
    });
  }
  const outputs = graph.output.map((info) => ({
    name: info.name,
    value: values.get(info.name) ?? unknownOutput(info.name, where),
  }));
  if (outputs.length === 0) throw new FoveaError({ where, problem: 'the graph has no outputs' });
  return { nodes, values, inputs, outputs, constants };
}

function run(call: Call, node: OnnxNode): readonly (Value | undefined)[] {
  const operator = operators.get(node.operator);
  if (operator === undefined) throw unsupported(node);
  try {
    return operator(call);
  } catch (error) {
    if (error instanceof FoveaError && error.parts.where !== node.place) {
      throw new FoveaError({ ...error.parts, where: node.place }, { cause: error });
    }
    throw error;
  }
}

const named = (tensors: readonly TensorProto[]): readonly NamedTensor[] =>
  tensors.map((tensor) => ({ name: tensor.name, tensor }));

function readWeights(
  { sparseInitializer }: GraphProto,
  tensors: readonly NamedTensor[],
  { external, where }: OnnxModel,
  constants: Constants,
  name: (key: string, value: Value, place: string) => void,
): void {
  if (sparseInitializer.length > 0) {
    throw new FoveaError({
      where,
      problem: 'it holds sparse weights',
      expected: 'weights in full',
      fix: 'export the model with dense weights',
    });
  }
  for (const { name: key, tensor } of tensors) {
    const place = `weights ${shownValue(key)}`;
    const read = readTensor(tensor, place, external);
    name(key, constants.given(key, read.type, read.shape, read), place);
  }
}

/** The branch that an `If` takes, whose condition the file has to fix. */
function chosenBranch(call: Call): GraphProto {
  const condition = call.input(0);
  if (!call.isConstant(condition)) {
    const { op, name } = condition.node;
    call.refuse(
      'its condition is worked out from the inputs while the model runs, and picks what it computes',
      'a condition that the file fixes, or that follows from shapes',
      op === 'input'
        ? `give the numbers of the input "${printable(name)}": fixed`
        : 'export the model for inference alone, without branches that numbers of a picture decide',
    );
  }
  const numbers = call.constant(condition, 'condition');
  if (numbers.length !== 1)
    call.refuse(`its condition is ${numbers.length} numbers`, 'one truth value');
  return call.graph(numbers[0] === 0 ? 'else_branch' : 'then_branch');
}

function readInput(
  info: ValueInfoProto,
  { dimensions = {}, batchSize = 1, fixed }: EvaluateOptions,
  constants: Constants,
  where: string,
): EvaluatedInput {
  const place = `input ${shownValue(info.name)}`;
  const kind = info.type?.value;
  if (kind?.case !== 'tensorType') {
    throw new FoveaError({
      where: place,
      problem: `it is ${kind?.case ?? 'of no type'}`,
      expected: 'a tensor',
    });
  }
  const type = elementTypeOf(kind.value.elemType, place);
  const known = fixed?.get(info.name);
  const dims = kind.value.shape?.dim.map(({ value }, axis) => {
    if (value.case === 'dimValue') return value.value;
    const symbol = value.case === 'dimParam' ? value.value : '';
    if (Object.hasOwn(dimensions, symbol)) return dimensions[symbol] ?? 0;
    if (known !== undefined) return known.shape[axis] ?? 0;
    if (axis === 0) return batchSize;
    throw openAxis(place, axis, symbol);
  });
  if (known !== undefined)
    return { ...fixedInput(info.name, type, known, dims, constants), isOpenBatch: false };
  if (dims === undefined) {
    const expected = 'an input whose number of axes the file says';
    throw new FoveaError({ where: place, problem: 'the file does not say its shape', expected });
  }
  const shape = checkedShape(dims, where);
  const first = kind.value.shape?.dim[0]?.value;
  const isOpenBatch = first !== undefined && first.case !== 'dimValue';
  return { name: info.name, value: { type, node: inputNode(info.name, shape) }, isOpenBatch };
}

function fixedInput(
  name: string,
  type: ElementType,
  { shape, numbers }: FixedInput,
  dims: readonly (bigint | number)[] | undefined,
  constants: Constants,
) {
  if (dims !== undefined && !sameShape(dims.map(Number), shape)) {
    throw new FoveaError({
      where: `input ${shownValue(name)}`,
      problem: `it was fixed to ${formatShape(shape)}`,
      expected: formatShape(dims.map(Number)),
    });
  }
  if (numbers.length !== sizeOf(shape)) {
    throw new FoveaError(
      `input ${shownValue(name)}: ${numbers.length} numbers for ${formatShape(shape)}`,
    );
  }
  return {
    name,
    value: constants.given(
      name,
      type,
      shape,
      readableOf(() => numbers),
    ),
  };
}

function openAxis(where: string, axis: number, symbol: string): FoveaError {
  const called = symbol === '' ? 'has no name either' : `is called ${shownValue(symbol)}`;
  return new FoveaError({
    where,
    problem: `the file leaves the extent of axis ${axis} open; it ${called}`,
    expected: 'pictures of one size',
    fix:
      symbol === ''
        ? 'export the model for pictures of one size'
        : `give it: dimensions: { ${printable(symbol)}: 224 }`,
  });
}

function found(name: string, values: ReadonlyMap<string, Value>, place: string): Value {
  const value = values.get(name);
  if (value !== undefined) return value;
  throw new FoveaError({
    where: place,
    problem: `it reads ${shownValue(name)}, which nothing before it gives`,
    expected: 'nodes in the order of computation, without circles',
    fix: 'the file is damaged: check it with onnx.checker, and export it again',
  });
}

function twice(name: string, place: string): FoveaError {
  return new FoveaError({
    where: place,
    problem: `the name ${shownValue(name)} is given twice`,
    expected: 'a name of its own for each value',
    fix: 'the file is damaged: check it with onnx.checker, and export it again',
  });
}

function noOutput(node: OnnxNode, index: number): FoveaError {
  return new FoveaError({
    where: node.place,
    problem: `its output ${index + 1} (${shownValue(node.outputs[index])}) cannot be imported`,
    expected: 'a model that reads the first output of such nodes alone',
  });
}

function unknownOutput(name: string, where: string): never {
  const problem = `the graph's output ${shownValue(name)} is given by no node`;
  throw new FoveaError({ where, problem, expected: 'a name that a node gives' });
}

function unsupported({ operator, place }: OnnxNode): FoveaError {
  const near = nearestName(operator, operatorNames);
  const known = near === undefined ? '' : `; the nearest is ${near}`;
  return new FoveaError({
    where: place,
    problem: 'this operator cannot be imported',
    expected: `one of the ${operatorNames.length} operators that docs/interop.md lists${known}`,
    fix: 'export the model with simpler operators: a lower opset_version, or without training and quantisation',
  });
}
