/**
 * @file The nodes of a model in order: a function's in place of its call, a branch's in place of the node that chose it.
 *
 * So all that comes behind knows one list of nodes and one set of names. A small file can stand for endless work: what
 * functions and branches add is counted. Before: `scope.ts`. Next stop: `evaluate.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';
import { nodeOf, type OnnxModel, type OnnxNode, opsetOf } from './decode.ts';
import type { FunctionProto, GraphProto, NodeProto, TensorProto } from './proto/schema.ts';
import { Scope } from './scope.ts';

/** Nodes and names that functions and branches may add to those of the file. */
const MOST_ADDED = 2 ** 17;

/** A tensor of a branch, under its name in the graph. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: TensorProto;
}

interface Body {
  readonly nodes: readonly NodeProto[];
  readonly outputs: readonly string[];
  readonly weights: readonly TensorProto[];
}

export class NodeWalk {
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  /** What is left to do, the innermost last. */
  readonly #left: Iterator<OnnxNode>[];
  #added = 0;

  constructor({ nodes, functions }: Pick<OnnxModel, 'nodes' | 'functions'>) {
    this.#functions = functions;
    this.#left = [nodes.values()];
  }

  /** The next node that is no call of a function. */
  next(): OnnxNode | undefined {
    for (let last = this.#left.at(-1); last !== undefined; last = this.#left.at(-1)) {
      const { value: node, done } = last.next();
      if (done === true) this.#left.pop();
      else {
        const called = this.#functions.get(node.called);
        if (called === undefined) return node;
        this.#call(node, called);
      }
    }
    return undefined;
  }

  /** Goes on with the nodes of a branch, whose outputs are the node's; gives its weights. */
  branch(node: OnnxNode, graph: GraphProto): readonly NamedTensor[] {
    if (graph.input.length > 0) throw refused(node, 'its branch has inputs', 'branches without');
    const { scope } = node;
    const outputs = graph.output.map(({ name }) => name);
    const body = { nodes: graph.node, outputs, weights: graph.initializer };
    const prefix = prefixOf(node);
    return this.#enter(node, body, new Scope({ ...scope.parts, prefix, outer: scope }));
  }

  #call(node: OnnxNode, { input, output, node: nodes, ...rest }: FunctionProto): void {
    const { called, scope, attributes } = node;
    const { calls } = scope.parts;
    if (calls.includes(called)) {
      const circle = shownValue([...calls.slice(calls.indexOf(called)), called].join(' > '), 200);
      throw refused(node, `the function calls itself: ${circle}`, 'functions that come to an end');
    }
    if (node.inputs.length > input.length) {
      const problem = `${node.inputs.length} inputs for a function of ${input.length}`;
      throw refused(node, problem, 'as many as it has, or fewer');
    }
    const inside = new Scope({
      ...scope.parts,
      opset: rest.opsetImport.length === 0 ? scope.opset : opsetOf(rest.opsetImport, node.place),
      prefix: prefixOf(node),
      calls: [...calls, called],
      attributes: new Map([
        ...rest.attributeProto.map((one) => [one.name, one] as const),
        ...attributes,
      ]),
      outer: undefined,
    });
    input.forEach((name, i) => {
      if (inside.has(name)) throw refused(node, `two inputs are called ${shownValue(name)}`, 'one');
      inside.bind(name, node.inputs[i] ?? '');
    });
    this.#enter(node, { nodes, outputs: output, weights: [] }, inside);
  }

  #enter(node: OnnxNode, body: Body, scope: Scope): readonly NamedTensor[] {
    const { nodes, outputs, weights } = body;
    this.#count(node, body);
    if (node.outputs.length > outputs.length) {
      const problem = `${node.outputs.length} outputs are read of ${outputs.length}`;
      throw refused(node, problem, 'as many as there are, or fewer');
    }
    const made = new Set(nodes.flatMap(({ output }) => output));
    // What is no node's own becomes an output by a node that does nothing.
    const copied: (readonly [inner: string, outer: string])[] = [];
    node.outputs.forEach((outer, i) => {
      const inner = outputs[i] ?? '';
      if (outer === '') return;
      if (made.has(inner) && !scope.has(inner)) scope.bind(inner, outer);
      else copied.push([inner, outer]);
    });
    for (const name of [...weights.map((tensor) => tensor.name), ...made])
      if (name !== '' && !scope.has(name)) scope.declare(name);
    const copies = copied.map(
      ([inner, outer]): OnnxNode => ({
        ...node,
        operator: 'Identity',
        called: '',
        inputs: [scope.meaningOf(inner)],
        outputs: [outer],
        attributes: new Map(),
      }),
    );
    this.#left.push(copies.values(), nodesOf(nodes, scope));
    return weights.map((tensor) => ({ name: scope.meaningOf(tensor.name), tensor }));
  }

  #count({ place, inputs }: OnnxNode, { nodes, outputs, weights }: Body): void {
    this.#added += 1 + inputs.length + outputs.length + weights.length;
    for (const { input, output, attribute } of nodes)
      this.#added += 1 + input.length + output.length + attribute.length;
    if (this.#added <= MOST_ADDED) return;
    throw new FoveaError({
      where: place,
      problem: `functions and branches of the file come to more than ${MOST_ADDED} nodes and names`,
      expected: 'a model that is written in less',
      fix: 'export the model without functions',
    });
  }
}

function* nodesOf(nodes: readonly NodeProto[], scope: Scope): Generator<OnnxNode> {
  for (const node of nodes) yield nodeOf(node, scope);
}

const prefixOf = ({ scope, name, outputs }: OnnxNode): string =>
  name !== '' ? scope.label(name) : (outputs.find((one) => one !== '') ?? '');

function refused({ place }: OnnxNode, problem: string, expected: string): FoveaError {
  const fix = 'the file is damaged: check it with onnx.checker, and export it again';
  return new FoveaError({ where: place, problem, expected, fix });
}
