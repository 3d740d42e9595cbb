/**
 * @file ONNX's own backend tests, on the plain loops and on WebAssembly; what cannot be imported is printed.
 *
 * Tolerances are those of the cases' authors. Constants that decide shapes are inputs in these files: they are given
 * before, and all other inputs while the graph runs.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/interop/onnx/decode.ts';
import { graphOfOnnx } from '../../src/interop/onnx/importGraph.ts';
import { operators } from '../../src/interop/onnx/operators/index.ts';
import type { Numbers } from '../../src/interop/onnx/tensors.ts';
import { compileImported } from '../../src/interop/onnxGraph.ts';
import { backends } from '../backends.ts';
import { behindDoor } from '../support/doors.ts';
import { type NodeCase, nodeCaseNames, readNodeCase } from './nodeCases.ts';

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-5;

/** Inputs that have to be known, by operator, beside whole numbers and truth values after the first. */
const FIXED: Readonly<Record<string, readonly number[]>> = {
  Pad: [2],
  Dropout: [1, 2],
  ConstantOfShape: [0],
};

/** Cases of an operator that is there, which ask for what no import for inference does. */
const IN_TRAINING = ['node/test_training_dropout', 'node/test_training_dropout_default_mask'];

function unsupported({ model, name }: NodeCase): readonly string[] {
  const used = decodeModel(model, name).nodes.map(({ operator }) => operator);
  return [...new Set(used.filter((operator) => !operators.has(operator)))];
}

/** Names of the inputs that a runner gives, in order. */
function givenNames({ model, name }: NodeCase): readonly string[] {
  const { graph } = decodeModel(model, name);
  const weights = new Set(graph.initializer.map((tensor) => tensor.name));
  return graph.input.map((input) => input.name).filter((input) => !weights.has(input));
}

function fixedOf(one: NodeCase) {
  const { nodes } = decodeModel(one.model, one.name);
  const names = givenNames(one);
  const isFixed = (name: string, i: number) =>
    (i > 0 && ['int64', 'bool'].includes(one.inputs[i]?.type ?? '')) ||
    nodes.some(({ operator, inputs }) => FIXED[operator]?.includes(inputs.indexOf(name)));
  return new Map(
    names.flatMap((name, i) => {
      const tensor = one.inputs[i];
      if (tensor === undefined || !isFixed(name, i)) return [];
      return [[name, { shape: tensor.shape, numbers: tensor.read() }] as const];
    }),
  );
}

function expectClose(found: ArrayLike<number>, right: Numbers, what: string): void {
  expect(found.length, what).toBe(right.length);
  right.forEach((expected, i) => {
    const is = found[i] ?? Number.NaN;
    const isSame = Object.is(is, expected) || is === expected;
    const error = isSame ? 0 : Math.abs(is - expected) - RELATIVE * Math.abs(expected);
    if (!(error <= ABSOLUTE)) expect.fail(`${what}[${i}] is ${is}, expected ${expected}`);
  });
}

behindDoor('FOVEA_ONNX_NODE', "ONNX's backend tests", (folder) => {
  const cases = nodeCaseNames(folder).map((name) => readNodeCase(folder, name));
  const isLeftOut = (one: NodeCase) =>
    unsupported(one).length > 0 || IN_TRAINING.includes(one.name);
  const left = cases.filter(isLeftOut);
  const run = cases.filter((one) => !isLeftOut(one));

  afterAll(() => {
    const operatorsLeft = [...new Set(left.flatMap(unsupported))].sort();
    console.log(
      `ONNX: ${run.length} of ${cases.length} cases run; not: ${operatorsLeft.join(', ')}`,
    );
  });

  it('are nearly all of operators that can be imported', () => {
    expect(run.length).toBeGreaterThanOrEqual(345);
    expect([...new Set(left.flatMap(unsupported))].sort()).toEqual([
      'Col2Im',
      'MaxUnpool',
      'ai.onnx.preview.training.Adagrad',
      'ai.onnx.preview.training.Adam',
      'ai.onnx.preview.training.Gradient',
      'ai.onnx.preview.training.Momentum',
    ]);
  });

  it('of other operators are refused by name', () => {
    for (const one of left) {
      const [operator = 'Dropout'] = unsupported(one);
      expect(() => graphOfOnnx(one.model, { fixed: fixedOf(one) }), one.name).toThrow(operator);
    }
  });

  describe.each(backends)('$name', ({ open }) => {
    it('give the right outputs', async () => {
      const session = await open();
      for (const one of run) {
        const imported = graphOfOnnx(one.model, { fixed: fixedOf(one) });
        const names = givenNames(one);
        const scope = session.scopeOf();
        const program = compileImported(scope, imported);
        for (const { name } of imported.inputs) {
          program.input(name).set(one.inputs[names.indexOf(name)]!.read());
        }
        program.run();
        for (const [i, { name, shape, type }] of imported.outputs.entries()) {
          const right = one.outputs[i]!;
          expect([...shape], one.name).toEqual([...right.shape]);
          expect(type, one.name).toBe(right.type);
          expectClose(await program.output(name), right.read(), `${one.name} ${name}`);
        }
        scope.free();
      }
      await session.close();
    });
  });
});
