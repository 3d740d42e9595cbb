import { describe, expect, it } from 'vitest';
import { differences, numbersOfGraph } from '../../../test/support/graphNumbers.ts';
import { activation } from '../layers/activation.ts';
import { dense } from '../layers/dense.ts';
import { evaluationGraph, gradientGraph } from '../programs/programs.ts';
import { sequential } from '../sequential.ts';
import type { LossChoice } from './objectives.ts';

const identity = { 'dense/kernel': [1, 0, 0, 1], 'dense/bias': [0, 0] };
const plain = sequential({ inputShape: [2] }, [dense({ units: 2 })]);
const squashed = sequential({ inputShape: [2] }, [dense({ units: 2, activation: 'sigmoid' })]);
const rows = (spec: typeof plain, loss: LossChoice, x: number[], targets: number[]) =>
  numbersOfGraph(evaluationGraph(spec, { loss }, 1), { ...identity, x, targets });

const values = (loss: string, more = {}) => ({ loss, target: 'values', ...more }) as LossChoice;

describe('losses of values', () => {
  it('are means over the numbers of a row', () => {
    const [given, truth] = [
      [3, -1],
      [1, 1],
    ]; // errors 2 and 2
    const of = (loss: LossChoice, x = given, t = truth) => rows(plain, loss, x, t);
    expect(of(values('meanSquaredError')).lossPerRow).toEqual([4]);
    expect(of(values('meanAbsoluteError')).lossPerRow).toEqual([2]);
    expect(of(values('huber')).lossPerRow).toEqual([1.5]);
    expect(of(values('huber', { delta: 3 })).lossPerRow).toEqual([2]);
    expect(of(values('huber', { weight: 2 })).lossPerRow).toEqual([3]);
    expect(of(values('meanSquaredError'), [5, 1]).absoluteErrorPerRow).toEqual([2]);
  });

  it('binary cross-entropy is the same below a sigmoid and on probabilities, and finite at the ends', () => {
    const z = [0.5, -2];
    const p = z.map((x) => 1 / (1 + Math.exp(-x)));
    const t = [1, 0.25];
    const expected =
      p.reduce((s, q, i) => s - (t[i] * Math.log(q) + (1 - t[i]) * Math.log(1 - q)), 0) / 2;
    const bce = values('binaryCrossentropy');
    expect(rows(squashed, bce, z, t).lossPerRow[0]).toBeCloseTo(expected, 12);
    expect(rows(plain, bce, p, t).lossPerRow[0]).toBeCloseTo(expected, 12);
    expect(rows(plain, bce, [0, 1], [1, 0]).lossPerRow[0]).toBeCloseTo(-Math.log(1e-7), 6);
    expect(rows(squashed, bce, [-200, 200], [1, 0]).lossPerRow).toEqual([200]);
  });

  it.each(['meanSquaredError', 'meanAbsoluteError', 'huber', 'binaryCrossentropy'])(
    '%s: its gradient is that of finite differences',
    (loss) => {
      for (const spec of loss === 'binaryCrossentropy' ? [squashed] : [plain, squashed]) {
        const graph = gradientGraph(spec, { loss: values(loss) }, 2);
        const given = {
          x: [0.3, -0.7, 1.9, 0.2],
          targets: [0.1, 0.9, 0.4, 0.3],
          'dense/kernel': [0.4, -0.3, 1.2, 0.8],
          'dense/bias': [0.1, -2],
        };
        const found = numbersOfGraph(graph, given);
        for (const name of ['dense/kernel', 'dense/bias']) {
          differences(graph, given, 'loss', name).forEach((derivative, i) => {
            expect(found[`gradient/${name}`][i]).toBeCloseTo(derivative, 7);
          });
        }
      }
    },
  );

  it('take an input as their target', () => {
    const spec = sequential({ inputShape: [2, 3, 1] }, [activation({ activation: 'relu' })]);
    const loss = { loss: 'meanSquaredError', target: 'input' } as const;
    const x = [1, -2, 3, -4, 0, 0];
    const graph = evaluationGraph(spec, { loss }, 1);
    expect(numbersOfGraph(graph, { x }).lossPerRow[0]).toBeCloseTo((4 + 16) / 6, 12);
    expect(() => evaluationGraph(plain, { loss: { loss: 'huber', target: 'y' } }, 1)).toThrow(
      /unknown target "y"\n.*one of classes, values, input/,
    );
    const narrow = sequential({ inputShape: [2] }, [dense({ units: 1 })]);
    expect(() => evaluationGraph(narrow, { loss }, 1)).toThrow(
      /output "output" gives \(1,\), input "input" is \(2,\)/,
    );
  });
});
