/** @file The schedule of LeNet-5's training step, decided without a machine: few phases, nothing too early. */
import { describe, expect, it } from 'vitest';
import { lenet5, oddNet } from '../../../../test/support/trainingSteps.ts';
import { isSource, type Node } from '../../../graph/node.ts';
import { alexnetCifar10 } from '../../../models/alexnetCifar10.ts';
import { optimizerOf } from '../../../nn/optimizers/index.ts';
import { inferenceGraph, trainingGraph } from '../../../nn/programs/programs.ts';
import { recorded, recordOf } from '../../../nn/programs/stepRecord.ts';
import type { ModelSpec } from '../../../nn/spec.ts';
import { storageOf } from '../../inPlace.ts';
import type { Target } from '../kernel.ts';
import { type ProgramPlan, planProgram } from './plan.ts';

const targets: readonly Target[] = [
  { relaxedMadd: true, pairs: true },
  { relaxedMadd: true, pairs: false },
  { relaxedMadd: false, pairs: false },
];

const training = (spec: ModelSpec, batch: number) =>
  trainingGraph(spec, { optimizer: optimizerOf('adam') }, batch);

describe.each(targets)('pairs $pairs, one rounding $relaxedMadd', (target) => {
  it("trains LeNet-5 in four phases: preparation, the batch, sums over it, the optimizer's", () => {
    const { schedule } = planProgram(training(lenet5, 128), target);
    expect(schedule.phases.map(({ kind }) => kind)).toEqual(['split', 'batch', 'split', 'split']);
    const families = (phase: number) =>
      new Set(schedule.phases[phase].kernels.map(({ family }) => family));
    for (const family of [
      'directConv2d',
      'averagePool2d',
      'softmaxCrossEntropy',
      'kernelGradientPartials',
    ])
      expect(families(1), family).toContain(family);
    expect([...families(3)]).toEqual(['elementwise']);
  });

  it('records the results of a step of LeNet-5 in the phase that stores them', () => {
    const graph = training(lenet5, 128);
    const { schedule } = planProgram(recorded(graph), target);
    expect(schedule.phases.map(({ kind }) => kind)).toEqual(['split', 'batch', 'split', 'split']);
    const written = schedule.phases[3].kernels.flatMap(({ outputs }) => outputs);
    for (const output of Object.keys(graph.outputs))
      expect(written.map(({ name }) => name)).toContain(recordOf(output));
  });

  it('infers in one phase, from the pixels to the probabilities', () => {
    const { schedule } = planProgram(inferenceGraph(lenet5, 128), target);
    expect(schedule.phases.map(({ kind }) => kind)).toEqual(['batch']);
  });

  it('prepares weights in phases of their own where no step changes them', () => {
    const infer = planProgram(inferenceGraph(alexnetCifar10(), 2), target);
    const prepared = infer.schedule.phases.filter(({ prepares }) => prepares);
    expect(prepared).toEqual(infer.schedule.phases.slice(0, prepared.length));
    const made = prepared.flatMap(({ kernels }) => kernels.flatMap(({ outputs }) => outputs));
    expect(made.length).toBeGreaterThan(0);
    const last = infer.schedule.phases.length;
    for (const { key, to } of infer.memory.placements)
      if (made.includes(key)) expect(to, key.name).toBe(last);
    const { schedule } = planProgram(training(lenet5, 32), target);
    expect(schedule.phases.some(({ prepares }) => prepares)).toBe(false);
  });

  it('makes random numbers, and all that reads them, slice by slice', () => {
    const { schedule } = planProgram(training(oddNet, 32), target);
    const drawing = schedule.phases.find(({ kernels }) =>
      kernels.some(({ family }) => family === 'randomUniform'),
    );
    expect(drawing?.kind).toBe('batch');
    expect(drawing?.kernels.some(({ family }) => family === 'directConv2d')).toBe(true);
  });

  it.each([
    ['LeNet-5', lenet5],
    ['a net of odd sizes', oddNet],
  ] as const)('computes every value of %s once, before it is read', (_, spec) => {
    expectOrder(planProgram(training(spec, 32), target));
  });

  it.each([1, 7, 8, 9, 128, 1000])('cuts a batch of %i without a rest', (batch) => {
    const { schedule, context } = planProgram(training(lenet5, batch), target);
    const { images, imagesPerSlice, slices } = context.slicing!;
    expect(images).toBe(batch);
    expect(imagesPerSlice * slices).toBeGreaterThanOrEqual(batch);
    expect(imagesPerSlice * (slices - 1)).toBeLessThan(batch);
    for (const { kind, kernels } of schedule.phases) {
      for (const { partition, family } of kernels) {
        expect(partition.units, family).toBeGreaterThanOrEqual(1);
        if (kind === 'batch') expect(partition.units % batch, family).toBe(0);
      }
    }
  });
});

/** A kernel of a batch phase may read what an earlier one of its phase made; of a split phase never. */
function expectOrder({ schedule: { phases, aliases } }: ProgramPlan): void {
  const made = new Set<Node>();
  const owner = (node: Node): Node => storageOf(node, aliases);
  for (const { kind, kernels } of phases) {
    const inPhase = new Set<Node>();
    for (const { inputs, outputs, name } of kernels) {
      for (const input of inputs) {
        const ready =
          isSource(owner(input)) ||
          made.has(owner(input)) ||
          (kind === 'batch' && inPhase.has(owner(input)));
        expect(ready, `${name} reads ${input.name}`).toBe(true);
      }
      for (const output of outputs) {
        expect(made.has(output) || inPhase.has(output), `${output.name} twice`).toBe(false);
        inPhase.add(output);
        inPhase.add(owner(output));
      }
    }
    for (const node of inPhase) made.add(node);
  }
}
