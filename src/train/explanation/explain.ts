/**
 * @file Why a network calls a picture what it does: maps of the picture, by one method or several.
 *
 *     const { predicted, explanations } = await explain(session, model, pixels, { methods: ['gradCam'] });
 *
 * A map says what this network's answer hangs on, not what is so. Next stop: `methods.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError, UsageError, unknownName } from '../../base/errors.ts';
import { indexOfLargest } from '../../base/largest.ts';
import type { PredictedModel } from '../prediction/predict.ts';
import {
  type Method,
  type MethodName,
  type MethodSettings,
  methodNames,
  methods,
} from './methods.ts';
import { openProbe, type Probe } from './probe.ts';

export interface ExplainOptions extends MethodSettings {
  /** Default: all. */
  readonly methods?: readonly string[] | undefined;
  /** Name of the class that is asked about; default: the network's answer. */
  readonly class?: string | undefined;
}

export interface Explanation {
  readonly method: MethodName;
  readonly says: string;
  readonly source: string;
  /** (H, W) of the model's input: how much each pixel speaks for the class; against it where negative. */
  readonly map: Float32Array;
  /** Whether the map tells for from against; else it is a strength, 0 or more. */
  readonly signed: boolean;
  readonly notes: readonly string[];
}

export interface Explained {
  readonly model: string;
  /** The network's answer, and the class that the maps are about. */
  readonly predicted: string;
  readonly class: string;
  /** Of the class that the maps are about. */
  readonly probability: number;
  /** The number before the softmax; of distances the distance with its sign turned. */
  readonly score: number;
  readonly explanations: readonly Explanation[];
}

/** `pixels`: (H, W, C) of the model's input, 0..255, border included. */
export async function explain(
  session: Session,
  model: PredictedModel,
  pixels: Uint8Array,
  options: ExplainOptions = {},
): Promise<Explained> {
  const names = methodsNamed(options.methods);
  const asked = classNamed(model, options.class);
  checkSettings(options);
  const probe = openProbe(session, model);
  try {
    if (pixels.length !== probe.size) throw wrongSize(pixels, probe);
    const { data } = await probe.probabilities(pixels);
    const predicted = indexOfLargest(data);
    const classIndex = asked ?? predicted;
    const { score } = await probe.ask(probe.numbersOf(pixels), classIndex);
    const explanations: Explanation[] = [];
    for (const method of names) {
      const { says, source, signed, explain: run }: Method = methods[method];
      const answer = await run(probe, { pixels, classIndex }, options);
      explanations.push({ method, says, source, signed, ...answer });
    }
    const nameOf = (i: number): string => model.classes[i] ?? String(i);
    return {
      model: model.spec.name,
      predicted: nameOf(predicted),
      class: nameOf(classIndex),
      probability: data[classIndex] ?? 0,
      score: score[0] ?? 0,
      explanations,
    };
  } finally {
    probe.close();
  }
}

function methodsNamed(asked: readonly string[] | undefined): readonly MethodName[] {
  if (asked === undefined) return methodNames;
  return asked.map((name) => {
    const known = methodNames.find((method) => method === name);
    if (known === undefined) throw unknownName('method', name, methodNames, true);
    return known;
  });
}

function classNamed({ classes }: PredictedModel, asked: string | undefined): number | undefined {
  if (asked === undefined) return undefined;
  const index = classes.indexOf(asked);
  if (index < 0) throw unknownName('class', asked, classes, true);
  return index;
}

/** Least and most of each setting that is a number; `whole` where it counts. */
const BOUNDS = {
  samples: { least: 1, most: 4096, whole: true },
  noise: { least: 0, most: 2, whole: false },
  steps: { least: 1, most: 4096, whole: true },
  baseline: { least: 0, most: 255, whole: true },
  size: { least: 1, most: 4096, whole: true },
  stride: { least: 1, most: 4096, whole: true },
  fill: { least: 0, most: 255, whole: true },
} as const;

function checkSettings(options: ExplainOptions): void {
  for (const [option, { least, most, whole }] of Object.entries(BOUNDS)) {
    const value = options[option as keyof typeof BOUNDS];
    if (value === undefined) continue;
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) continue;
    throw new UsageError({
      option,
      problem: `received ${value}`,
      expected: `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`,
    });
  }
}

function wrongSize({ length }: Uint8Array, { spec, size }: Probe): FoveaError {
  return new FoveaError({
    problem: `received ${length} bytes`,
    expected: `${size}: ${spec.inputShape.join(' x ')}, as ${spec.name} reads`,
    fix: 'prepareImage makes pictures fit',
  });
}
