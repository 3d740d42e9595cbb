/** @file The losses of LeNet-5 on written digits, step by step, on any session. */
import type { Session } from '../../src/backends/backend.ts';
import { modelOf } from '../../src/models/index.ts';
import { adam } from '../../src/nn/optimizers/adam.ts';
import { type PrecisionChoice, precisionOf } from '../../src/nn/precision/choice.ts';
import { initialStates, trainingGraph } from '../../src/nn/programs/programs.ts';
import { firstMnistRows } from '../golden/mnistRows.ts';

/** Rows that are kept beside the recordings. */
const ROWS = 1280;

export interface LenetSteps {
  readonly steps: number;
  readonly batch: number;
  readonly seed?: number;
  readonly precision?: PrecisionChoice | undefined;
}

/** Adam at its usual rate, batches in the order of the file. */
export async function lenetLosses(
  session: Session,
  { steps, batch, seed = 1, precision: choice }: LenetSteps,
): Promise<number[]> {
  const precision = await precisionOf(choice);
  const spec = modelOf('lenet5');
  const optimizer = adam();
  const program = session.compile(trainingGraph(spec, { optimizer, precision }, batch));
  for (const [name, numbers] of initialStates(spec, { optimizer, precision, seed }))
    session.writeState(name, numbers);
  const { fill } = firstMnistRows();
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    fill(program, (step * batch) % (ROWS - batch + 1));
    for (const [name, value] of Object.entries(optimizer.scalars(step, 1e-3)))
      program.input(name)[0] = value;
    program.run();
    losses.push((await program.output('loss'))[0]!);
  }
  program.close();
  return losses;
}
