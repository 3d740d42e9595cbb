/**
 * @file From the outputs of a model back to its inputs: every layer that is applied on the way.
 *
 * Previous stop: `layers/wiring.ts`, what a call of a layer notes. Next stop: `model.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { AppliedLayer, LayerOutput } from './layers/wiring.ts';

/** Each application of a layer after those it reads; every input must be one of those given, and be read. */
export function appliedBetween(
  inputs: ReadonlyMap<LayerOutput, string>,
  outputs: readonly LayerOutput[],
): AppliedLayer[] {
  const found: AppliedLayer[] = [];
  const seen = new Set<LayerOutput>();
  // A stack, not a recursion: models may be deep. `true` means that all it reads is found.
  const stack = outputs.map((end): [LayerOutput, boolean] => [end, false]).reverse();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [output, ready] = top;
    if (output.layer === undefined) {
      if (!inputs.has(output)) throw foreignInput(output.shape, [...inputs.keys()]);
      seen.add(output);
      continue;
    }
    if (ready) found.push(output);
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push([output, true]);
    for (const read of output.reads.toReversed()) stack.push([read, false]);
  }
  if (outputs.some((end) => end.layer === undefined)) {
    throw wrong('its output is its input', 'at least one layer between them');
  }
  for (const [start, name] of inputs) {
    if (!seen.has(start)) {
      throw wrong(
        `no layer on the way to its outputs reads its input "${name}"`,
        'inputs that are read',
      );
    }
  }
  return found;
}

function foreignInput(shape: Shape, inputs: readonly LayerOutput[]): FoveaError {
  const given = inputs.flatMap((start) => ('shape' in start ? formatShape(start.shape) : []));
  const one = given.length === 1 ? 'the one' : 'one of those';
  return new FoveaError({
    where: 'model',
    problem: `its output reads an input of ${formatShape(shape)} that is not ${one} given, of ${given.join(' and ')}`,
    expected: 'inputs that all layers start from',
    fix: 'pass the very value that input({ shape }) gave',
  });
}

function wrong(problem: string, expected: string): FoveaError {
  return new FoveaError({ where: 'model', problem, expected });
}
