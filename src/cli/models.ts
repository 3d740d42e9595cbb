/**
 * @file What a MODEL or RUN argument means.
 *
 * MODEL: a name of the table, with options or without ("alexnet,classes=12"), a `model.json`, a
 * folder with one, or a RUN. RUN: a folder that training made, or the bare name of one in `runs/`.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { asUsage, FoveaError, nearestName, UsageError } from '../base/errors.ts';
import type { ModelSpec } from '../nn/spec.ts';

export const RUNS = 'runs';

export async function resolveModel(given: string): Promise<ModelSpec> {
  return (await resolveModelToTrain(given)).spec;
}

/** What a model to train comes to. */
export interface ModelToTrain {
  readonly spec: ModelSpec;
  /** Whether nobody said how many classes it has: the data may. */
  readonly adapts: boolean;
  /** The folder that was named, where it holds weights or is a run. */
  readonly run?: string;
}

/** `defaults`: options of a model that is named, where its words say nothing else. */
export async function resolveModelToTrain(
  given: string,
  defaults: Readonly<Record<string, unknown>> = {},
): Promise<ModelToTrain> {
  const { modelNames, modelOf } = await import('../models/index.ts');
  const { parseModelWords } = await import('../models/options.ts');
  const [named = ''] = given.split(',');
  if (modelNames.includes(named)) {
    const { name, options } = parseModelWords(given);
    const spec = asUsage(() => modelOf(name, { ...defaults, ...options }));
    return { spec, adapts: !('classes' in options) };
  }
  const place = resolveRun(given);
  if (existsSync(place)) {
    const { readSpec } = await import('../runs/folder/modelFiles.ts');
    if (!statSync(place).isDirectory()) return { spec: await readSpec(place), adapts: false };
    const spec = await readSpec(path.join(place, 'model.json'));
    const hasWeights = ['weights.safetensors', 'run.json'].some((file) =>
      existsSync(path.join(place, file)),
    );
    return hasWeights ? { spec, adapts: true, run: place } : { spec, adapts: false };
  }
  const near = nearestName(given, modelNames);
  throw new UsageError({
    problem: `unknown model "${given}"`,
    expected: `one of ${modelNames.join(', ')}, or the path of a model.json or of a run`,
    ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
  });
}

/** The folder of a run; that it holds one is checked when it is read. */
export function resolveRun(given: string): string {
  const inRuns = path.join(RUNS, given);
  return !existsSync(given) && existsSync(inRuns) ? inRuns : given;
}

/** A new run's folder from --out or --name. */
export function runFolderOf(options: { out?: string; name?: string }, fallback: string): string {
  if (options.out !== undefined && options.name !== undefined) {
    throw new UsageError({
      problem: 'received both --out and --name',
      expected: 'one: --name NAME makes runs/NAME, --out DIR makes DIR',
    });
  }
  if (options.out !== undefined) return options.out;
  const name = options.name ?? fallback;
  if (!/^[\w][\w.+ -]*$/.test(name)) {
    throw new UsageError({
      where: '--name',
      problem: `received "${name}"`,
      expected: 'letters, digits, ".", "-" and "_", such as lenet5-wide',
      fix: 'use --out DIR for a path',
    });
  }
  return path.join(RUNS, name);
}

/** The model as it reads another size of picture; where that cannot be, the nearest sizes are named. */
export async function withGivenInput(
  spec: ModelSpec,
  input: readonly number[] | undefined,
): Promise<ModelSpec> {
  if (input === undefined) return spec;
  const { withInput } = await import('../models/variants.ts');
  try {
    return withInput(spec, input);
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const { nearestInput } = await import('../nn/accounting/summary.ts');
    const near = nearestInput(spec, input).map((shape) => `--input ${shape.join('x')}`);
    throw new UsageError(
      {
        ...error.parts,
        option: 'input',
        ...(near.length === 0 ? {} : { fix: `this model takes ${near.join(' or ')}` }),
      },
      { cause: error },
    );
  }
}
