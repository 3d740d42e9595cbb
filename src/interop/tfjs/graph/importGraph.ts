/**
 * @file TensorFlow.js graph models: a frozen graph of operations, whose weights are constants of the manifest.
 *
 * Nodes are gone through in an order of computation; each becomes a tensor of the model, a constant, or extents. Before:
 * `nodes.ts`. Next stop: `operations.ts`.
 */
import { FoveaError } from '../../../base/errors.ts';
import { nonEmpty } from '../../../base/lists.ts';
import { shownValue } from '../../../base/printable.ts';
import type { StateValue } from '../../../nn/trained.ts';
import type { ImportedModel } from '../../importing.ts';
import { isObject, type Json } from '../../keras/config.ts';
import { finished } from '../../keras/finished.ts';
import { modelNameOf, type Source } from '../../source.ts';
import { type BuiltTensor, SpecBuilder } from '../../specBuilder.ts';
import type { ManifestArray } from '../manifest.ts';
import { OperationContext, type Value } from './context.ts';
import { type GraphNode, nodesOf, resultName } from './nodes.ts';
import { operations } from './operations.ts';

export function importGraph(
  model: Json,
  arrays: ReadonlyMap<string, ManifestArray>,
  source: Pick<Source, 'name' | 'where'>,
): ImportedModel {
  const { where } = source;
  const topology = isObject(model.modelTopology) ? model.modelTopology : {};
  const nodes = nodesOf(topology.node, where);
  const outputs = outputNames(model.signature, nodes, where);
  const builder = new SpecBuilder();
  const states = new Map<string, StateValue>();
  const values = constantsIn(nodes, arrays);
  const followers = followersOf(nodes, outputs);
  const inputs = nodes.filter(({ op }) => op === 'Placeholder');
  for (const node of nodes) {
    if (values.has(node.name) || node.op === 'NoOp') continue;
    values.set(
      node.name,
      node.op === 'Placeholder'
        ? { tensor: inputOf(builder, node, inputs.length) }
        : run(new OperationContext(node, { builder, states, followers, values })),
    );
  }
  const ends = outputs.map((name) => ({ name, tensor: tensorOf(values, name, where) }));
  const spec = builder.build({ name: modelNameOf(source), outputs: nonEmpty(ends, 'outputs') });
  const kept = new Set(spec.layers.map(({ name }) => name));
  const isKept = ([state]: readonly [string, StateValue]) =>
    kept.has(state.slice(0, state.lastIndexOf('/')));
  const weights = new Map([...states].filter(isKept));
  const { generatedBy, convertedBy } = model;
  const maker = [generatedBy, convertedBy].filter((word) => typeof word === 'string').join(', ');
  return finished({ spec, known: new Map(), notes: [] }, weights, {
    notes: [],
    where,
    producedBy: `TensorFlow.js graph${maker === '' ? '' : `, ${maker}`}`,
  });
}

function run(context: OperationContext): Value {
  const { op } = context.node;
  const operation = Object.hasOwn(operations, op) ? operations[op] : undefined;
  if (operation === undefined) {
    throw context.refused(
      'this operation cannot be imported',
      'save the model as layers (save_format "keras" or h5)',
    );
  }
  try {
    return operation(context);
  } catch (error) {
    const { where } = context.attributes;
    if (!(error instanceof FoveaError) || error.parts.where === where) throw error;
    throw new FoveaError({ ...error.parts, where }, { cause: error });
  }
}

/** All constants, and what is one under another name. */
function constantsIn(nodes: readonly GraphNode[], arrays: ReadonlyMap<string, ManifestArray>) {
  const values = new Map<string, Value>();
  for (const { name, op, inputs } of nodes) {
    const constant = op === 'Const' ? arrays.get(name) : undefined;
    if (constant !== undefined) values.set(name, { constant });
    const [from = ''] = inputs;
    const same = op === 'Identity' ? values.get(from) : undefined;
    if (same !== undefined) values.set(name, same);
  }
  return values;
}

/** Who reads each node; an output of the model has a reader outside, so that nothing goes into the layer before it. */
function followersOf(nodes: readonly GraphNode[], outputs: readonly string[]) {
  const followers = new Map<string, GraphNode[]>();
  const outside = (name: string) => nodes.find((node) => node.name === name);
  const add = (name: string, node: GraphNode) => {
    followers.set(name, [...(followers.get(name) ?? []), node]);
  };
  for (const node of nodes) for (const name of node.inputs) add(name, node);
  for (const name of outputs) {
    const node = outside(name);
    // Read twice, it is no one's alone.
    if (node !== undefined) for (let i = 0; i < 2; i++) add(name, node);
  }
  return followers;
}

/** As the signature names them; else whatever nobody reads. */
function outputNames(signature: unknown, nodes: readonly GraphNode[], where: string): string[] {
  const given = isObject(signature) && isObject(signature.outputs) ? signature.outputs : {};
  const named = Object.values(given).flatMap((output) =>
    isObject(output) && typeof output.name === 'string' ? [resultName(output.name, where)] : [],
  );
  if (named.length > 0) return [...new Set(named)];
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return nodes
    .filter(({ name, op }) => !read.has(name) && !['Const', 'NoOp', 'Placeholder'].includes(op))
    .map(({ name }) => name);
}

function inputOf(
  builder: SpecBuilder,
  { name, attributes }: GraphNode,
  count: number,
): BuiltTensor {
  const [, ...shape] = attributes.shape('shape') ?? [];
  if (shape.length > 0 && shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
    return builder.input(shape, count > 1 ? name : undefined);
  }
  throw new FoveaError({
    where: attributes.where,
    problem: `its shape is ${shownValue(attributes.shape('shape'))}: of no fixed size`,
    expected: 'a batch and a shape in numbers',
    fix: 'convert the model with an input of a fixed size',
  });
}

function tensorOf(values: ReadonlyMap<string, Value>, name: string, where: string): BuiltTensor {
  const value = values.get(name);
  if (value !== undefined && 'tensor' in value) return value.tensor;
  throw new FoveaError({
    where,
    problem: `its output ${shownValue(name)} does not depend on its input`,
  });
}
