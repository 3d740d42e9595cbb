/**
 * @file What a study leaves on disk, as schemas: `study.json`, `trials/ID.json`, `results.json`.
 *
 * Times stand apart from what was measured: the same seed gives the same trials, and never the same seconds.
 */
import * as z from 'zod/mini';
import type { Conclusion, Figures } from '../study.ts';
import type { MeasuredTrial } from './measureTrial.ts';
import type { Basis } from './plan.ts';

const numbers = z.record(z.string(), z.number());

const figures = z.object({
  numbers: z.record(z.string(), z.nullable(z.number())),
  lists: z.optional(z.record(z.string(), z.array(z.number()))),
  times: z.optional(numbers),
});

export const trialRecord = z.object({
  id: z.string(),
  /** Of the plan it belongs to. */
  fingerprint: z.string(),
  figures,
  seconds: z.number(),
  /** What computed it. */
  plan: z.string(),
});

/** A trial that was measured, as its file holds it. */
export interface TrialRecord extends MeasuredTrial {
  readonly fingerprint: string;
}

/** Written when a study begins. */
export const studyRecord = z.object({
  format: z.literal('fovea-study'),
  fingerprint: z.string(),
  basis: z.object({
    study: z.string(),
    revision: z.number(),
    fovea: z.string(),
    form: z.enum(['quick', 'full']),
    settings: z.record(z.string(), z.unknown()),
    digests: z.record(z.string(), z.string()),
  }),
  startedAt: z.string(),
  /** Once it is over: files of `figures/`. */
  figures: z.optional(z.array(z.string())),
});

export type StudyRecord = z.output<typeof studyRecord>;

/** `results.json`. All but `times` and what is made of times is the same for the same seeds. */
export interface StudyResults {
  readonly format: 'fovea-study-results';
  readonly basis: Basis;
  readonly title: string;
  readonly seeds: number;
  readonly findings: Conclusion['findings'];
  readonly tables: Conclusion['tables'];
  /** Files in `figures/`, with their captions. */
  readonly figures: readonly { readonly file: string; readonly caption: string }[];
  readonly trials: readonly {
    readonly id: string;
    readonly condition: string;
    readonly seed: number;
    readonly settings: unknown;
    readonly figures: Omit<Figures, 'times'>;
  }[];
  readonly times: {
    /** Seconds of each trial, and what it timed itself. */
    readonly trials: Readonly<Record<string, { readonly seconds: number } & Figures['times']>>;
    /** Sum over trials. */
    readonly seconds: number;
    readonly plan: string;
    readonly node: string;
  };
}
