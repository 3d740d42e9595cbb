/**
 * @file A network that can be asked how a class's score changes with the picture.
 *
 * Programs are compiled when they are first needed and kept until `close`. Rows are numbers as the network reads them.
 * Before: `nn/programs/explanation.ts`. Next stop: `methods.ts`, the questions.
 */
import type { Executable, Session } from '../../backends/backend.ts';
import { unreachable } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { fillBatch } from '../../data/batches/batches.ts';
import { checkNamesClasses } from '../../nn/losses/answers.ts';
import { type ExplanationOptions, explanationGraph } from '../../nn/programs/explanation.ts';
import { parameterNames } from '../../nn/programs/programs.ts';
import { type ModelSpec, outputsOf } from '../../nn/spec.ts';
import { checkWeights } from '../checks.ts';
import { type Numbers, predictBatch } from '../prediction/batchPrediction.ts';
import type { PredictedModel } from '../prediction/predict.ts';
import { restoreStates, trainedScope } from '../snapshots/snapshot.ts';

/** Rows in a run of the program. */
const BATCH = 16;

/** What the network says of rows, and how that changes with them. */
export interface Probed {
  /** Of the class that was asked about, of each row. */
  readonly score: Float32Array;
  /** (rows, ...input) */
  readonly gradient: Float32Array;
  /** Of the layer that was asked for: its numbers and the gradient of the score (rows, ...). */
  readonly stage: Float32Array;
  readonly stageGradient: Float32Array;
}

/** What a method is asked. */
export interface Question {
  /** (H, W, C) bytes of the model's input. */
  readonly pixels: Uint8Array;
  readonly classIndex: number;
}

export interface MethodAnswer {
  /** (H, W) of the input: how much each pixel speaks for the class; against it where negative. */
  readonly map: Float32Array;
  /** What was chosen or found, in words. */
  readonly notes: readonly string[];
}

export interface Probe {
  readonly spec: ModelSpec;
  /** Numbers of one picture. */
  readonly size: number;
  /** (H, W, C) bytes as the network reads them. */
  numbersOf(pixels: Uint8Array): Float32Array;
  /** `rows`: (rows, ...input), any number of them. */
  ask(rows: Float32Array, classIndex: number, options?: ExplanationOptions): Promise<Probed>;
  /** `pixels`: (rows, ...input) bytes. (rows, classes) */
  probabilities(pixels: Uint8Array): Promise<Numbers>;
  close(): void;
}

export function openProbe(session: Session, model: PredictedModel): Probe {
  const { spec, weights } = model;
  checkNamesClasses(spec, 'to be asked why a picture is called what it is');
  if (weights !== undefined) checkWeights(spec, weights);
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  const size = sizeOf(spec.inputShape);
  const programs = new Map<string, Executable>();

  const programFor = (rows: number, options: ExplanationOptions): Executable => {
    const key = JSON.stringify([rows, options.layer, options.guided]);
    const known = programs.get(key);
    if (known !== undefined) return known;
    const program = scope.compile(explanationGraph(spec, rows, options));
    if (weights !== undefined && programs.size === 0) {
      restoreStates(scope, parameterNames(spec), weights);
    }
    programs.set(key, program);
    return program;
  };

  return {
    spec,
    size,
    numbersOf(pixels) {
      const numbers = new Float32Array(size);
      const one = { count: 1, images: pixels, labels: NO_LABEL };
      fillBatch(one, FIRST, spec.preprocessing, numbers, NO_LABEL);
      return numbers;
    },
    async ask(rows, classIndex, options = {}) {
      const count = rows.length / size;
      const batch = count === 1 ? 1 : BATCH;
      const parts: Probed[] = [];
      for (let start = 0; start < count; start += batch) {
        const program = programFor(batch, options);
        const some = rows.subarray(start * size, (start + batch) * size);
        const x = program.input('x') as Float32Array;
        x.fill(0);
        x.set(some);
        const chosen = program.input('chosen') as Float32Array;
        const classes = chosen.length / batch;
        chosen.forEach((_, i) => {
          chosen[i] = i % classes === classIndex ? 1 : 0;
        });
        program.run();
        parts.push(await probedOf(program, some.length / size / batch, options));
      }
      return joined(parts);
    },
    async probabilities(pixels) {
      const [{ name }] = outputsOf(spec);
      const { [name]: found } = await predictBatch(session, model, pixels);
      return found ?? unreachable(`no output "${name}"`);
    },
    close() {
      for (const program of programs.values()) program.close();
      if (weights !== undefined) scope.free();
    },
  };
}

const FIRST = Int32Array.of(0);
const NO_LABEL = new Int32Array(1);

/** Copies of what a run gave; of a batch that was filled up, the share of its own rows. */
async function probedOf(
  program: Executable,
  share: number,
  { layer }: ExplanationOptions,
): Promise<Probed> {
  const copyOf = async (name: string): Promise<Float32Array> => {
    const data = await program.output(name);
    return Float32Array.from(data.subarray(0, data.length * share));
  };
  const ofLayer = async (name: string) =>
    layer === undefined ? new Float32Array(0) : await copyOf(name);
  return {
    score: await copyOf('score'),
    gradient: await copyOf('gradient'),
    stage: await ofLayer('stage'),
    stageGradient: await ofLayer('stageGradient'),
  };
}

function joined(parts: readonly Probed[]): Probed {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = (pick: (part: Probed) => Float32Array): Float32Array => {
    const pieces = parts.map(pick);
    const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  };
  return {
    score: all((p) => p.score),
    gradient: all((p) => p.gradient),
    stage: all((p) => p.stage),
    stageGradient: all((p) => p.stageGradient),
  };
}
