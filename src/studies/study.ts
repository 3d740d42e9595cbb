/**
 * @file What a study is: a claim, trials that measure it, and what the measurements say.
 *
 * A study is data and two functions. `trials` lists what is to be measured; each trial is measured by itself
 * (`runTrial`), in whatever process and order, and gives numbers that depend on its settings and seed alone.
 * `conclude` makes tables, figures and findings of all of them. A new study is one file and one line in
 * `index.ts`. Next stop: `index.ts`, the table; `engine/runStudy.ts`, which runs one.
 */
import type { Session } from '../backends/backend.ts';
import type { Dataset } from '../data/dataset.ts';

/** `quick`: on built-in data, in a minute or two; `full`: on the real data set. */
export type FormName = 'quick' | 'full';

/** How large a study is. Studies add numbers of their own; all of it is plain JSON. */
export interface Form {
  /** A set of the table. */
  readonly data: string;
  /** The first pictures of each split. */
  readonly trainCount: number;
  readonly testCount: number;
  /** Each condition is measured with the seeds 1 to this. */
  readonly seeds: number;
}

/** One measurement. `S`: what the study needs to know of it, plain JSON. */
export interface Trial<S = unknown> {
  /** Unique in the study; the name of its file: "max-seed2". */
  readonly id: string;
  /** What it is compared by: trials of one condition differ in their seed alone. */
  readonly condition: string;
  readonly settings: S;
  readonly seed: number;
}

/** What a trial measured. */
export interface Figures {
  /** null: there is no such number (an error that was never reached). */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** A number for each of something: epochs, distances. */
  readonly lists?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Seconds and milliseconds: they differ from run to run and are kept apart. */
  readonly times?: Readonly<Record<string, number>> | undefined;
}

/** What a trial works with. */
export interface TrialContext<F extends Form = Form> {
  readonly form: F;
  readonly session: Session;
  readonly data: Dataset;
}

export interface TrialResult<S = unknown> {
  readonly trial: Trial<S>;
  readonly figures: Figures;
}

/** All trials of a form, each measured. */
export interface Results<F extends Form = Form, S = unknown> {
  readonly form: F;
  readonly trials: readonly TrialResult<S>[];
}

export type Verdict = 'supported' | 'not supported' | 'undecided';

/** One claim against the numbers. */
export interface Finding {
  readonly claim: string;
  /** What the text or the paper says, with the source: "about 6 times (2012, Fig. 1)". */
  readonly expected: string;
  /** What was measured, with its interval. */
  readonly measured: string;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, where that needs words. */
  readonly note?: string | undefined;
}

export interface StudyTable {
  readonly title: string;
  readonly head: readonly string[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly string[])[];
  readonly note?: string | undefined;
}

export interface StudyFigure {
  /** Of the file, without ".svg". */
  readonly name: string;
  readonly svg: string;
  readonly caption: string;
}

export interface Conclusion {
  /** The study's own question first. */
  readonly findings: readonly Finding[];
  readonly tables: readonly StudyTable[];
  readonly figures: readonly StudyFigure[];
}

export interface Study<F extends Form = Form, S = unknown> {
  readonly name: string;
  /** Raised when its trials would measure something else: results of another revision are not gone on with. */
  readonly revision: number;
  readonly title: string;
  readonly question: string;
  /** The text's own sentence. */
  readonly text: string;
  /** What should come of it, and who says so. */
  readonly expected: string;
  /** What is done, in words. */
  design(form: F): string;
  readonly forms: Readonly<Record<FormName, F>>;
  /** The same list for the same form. */
  trials(form: F): readonly Trial<S>[];
  runTrial(trial: Trial<S>, context: TrialContext<F>): Promise<Figures>;
  conclude(results: Results<F, S>): Conclusion;
}

/** Every condition with every seed: `eachSeed(3, { max: {...}, average: {...} })`. */
export function eachSeed<S>(
  seeds: number,
  conditions: Readonly<Record<string, S>>,
): readonly Trial<S>[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    Object.entries(conditions).map(([condition, settings]) => ({
      id: `${condition}-seed${seed}`,
      condition,
      settings,
      seed,
    })),
  );
}
