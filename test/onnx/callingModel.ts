/**
 * @file An ONNX model that calls functions of its own and chooses branches by a shape. Read by tests and by the fuzzer.
 */
import { AttributeProto_AttributeType as A } from '../../src/interop/onnx/proto/schema.ts';
import { floats, integers, node, type Written } from './writeModel.ts';

export const domain = 'house';
export const call = (name: string, ...rest: [string[], string[], Parameters<typeof node>[3]?]) => ({
  ...node(name, ...rest),
  domain,
});
export const graph = (
  nodes: Written['nodes'],
  outputs: string[],
  weights: Written['weights'] = [],
) => ({
  graph: {
    name: 'branch',
    node: [...nodes],
    initializer: [...weights],
    output: outputs.map((name) => ({ name })),
  },
});
const opsetImport = [
  { domain: '', version: 17n },
  { domain, version: 1n },
];

/** h = leakyRelu(x w; slope) + x, and that twice; a slope that the call does not give is 0.01. */
const FUNCTIONS: Written['functions'] = [
  {
    name: 'Twice',
    domain,
    opsetImport,
    input: ['x', 'w'],
    output: ['first', 'y'],
    attribute: ['slope'],
    node: [
      call('Block', ['x', 'w'], ['first'], { slope: { of: 'slope', type: A.FLOAT } }),
      call('Block', ['first', 'w'], ['y']),
    ],
  },
  {
    name: 'Block',
    domain,
    opsetImport,
    input: ['x', 'w'],
    output: ['h'],
    attribute: ['slope'],
    node: [
      node('MatMul', ['x', 'w'], ['y']),
      node('LeakyRelu', ['y'], ['t'], { alpha: { of: 'slope', type: A.FLOAT } }),
      node('Add', ['t', 'x'], ['h']),
    ],
  },
];

const W = Array.from({ length: 16 }, (_, i) => Math.sin(i + 1));
export const X = [0.5, -1, 2, 0.25, -3, 1, 0.125, 1.5];

/** Names within are those around, and those of the other branch, so that none may be mixed up. */
export const WHOLE: Written = {
  inputs: { x: [2, 4] },
  outputs: ['y', 'z'],
  weights: [floats('w', [4, 4], W), integers('two', [2])],
  functions: FUNCTIONS,
  nodes: [
    { ...call('Twice', ['x', 'w'], ['', 't'], { slope: 0.5 }), name: 'body' },
    node('Shape', ['x'], ['extents'], { start: 0, end: 1 }),
    node('Equal', ['extents', 'two'], ['isTwo']),
    node('Not', ['isTwo'], ['isOther']),
    node('If', ['isTwo'], ['chosen', 'kept'], {
      then_branch: graph(
        [
          node('If', ['isOther'], ['inner'], {
            then_branch: graph([node('Exp', ['t'], ['e'])], ['e']),
            else_branch: graph([node('Mul', ['t', 'k'], ['e'])], ['e']),
          }),
          node('Tanh', ['inner'], ['h']),
          node('Identity', ['t'], ['same']),
        ],
        ['h', 'same'],
        [floats('k', [1, 4], [1, 2, 3, 4])],
      ),
      else_branch: graph([node('Exp', ['t'], ['h']), node('Exp', ['t'], ['i'])], ['h', 'i']),
    }),
    call('Block', ['chosen', 'w'], ['y']),
    node('Sub', ['kept', 'chosen'], ['z']),
  ],
};
