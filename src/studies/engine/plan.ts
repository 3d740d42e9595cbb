/**
 * @file What a study is about to do, as data: the form, the pictures, the version, and all trials.
 *
 * Everything that decides a number is in the plan's basis; trials carry its fingerprint, so that results of other
 * settings are never mixed in. More seeds are more trials of the same basis. Next stop: `studyFolder.ts`.
 */
import { UsageError } from '../../base/errors.ts';
import { version } from '../../base/version.ts';
import type { Dataset } from '../../data/dataset.ts';
import { datasetOf } from '../../data/datasets/index.ts';
import { digestOf } from '../../data/digestOf.ts';
import { loadSet } from '../../data/loadSet.ts';
import type { RunConditions } from '../../runs/trainRun.ts';
import type { Form, FormName, Study, Trial } from '../study.ts';

/** What decides the numbers of a trial beside its own settings and seed. */
export interface Basis {
  readonly study: string;
  readonly revision: number;
  readonly fovea: string;
  readonly form: FormName;
  /** The form without `seeds`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of the pictures, by file. */
  readonly digests: Readonly<Record<string, string>>;
}

export interface StudyPlan {
  readonly study: Study;
  readonly form: Form;
  readonly basis: Basis;
  /** SHA-256 of the basis. */
  readonly fingerprint: string;
  readonly trials: readonly Trial[];
}

export interface PlanRequest {
  readonly study: Study;
  readonly form: FormName;
  /** Default: as the form has it. */
  readonly seeds?: number | undefined;
  /** Another set of the table; default: as the form has it. */
  readonly data?: string | undefined;
  readonly load?: RunConditions['load'];
}

/** Loads the pictures once, so that what is missing is fetched, or refused, before any trial begins. */
export async function planStudy({
  study,
  form: formName,
  seeds,
  data,
  load,
}: PlanRequest): Promise<StudyPlan> {
  const own = study.forms[formName];
  const form: Form = {
    ...own,
    seeds: seeds ?? own.seeds,
    data: data === undefined ? own.data : setName(data),
  };
  const loaded = await loadData(form, load);
  const { seeds: _, ...settings } = form;
  const basis: Basis = {
    study: study.name,
    revision: study.revision,
    fovea: version,
    form: formName,
    settings,
    digests: loaded.digests ?? {},
  };
  const fingerprint = await digestOf(new TextEncoder().encode(JSON.stringify(basis)));
  return { study, form, basis, fingerprint: fingerprint ?? '', trials: study.trials(form) };
}

/** The pictures of a form. */
export function loadData(
  { data, trainCount, testCount }: Form,
  load: RunConditions['load'] = {},
): Promise<Dataset> {
  return loadSet(datasetOf(data), { ...load, trainCount, testCount });
}

function setName(given: string): string {
  if (!/^(folder|shards):/.test(given)) return datasetOf(given).name;
  throw new UsageError({
    option: 'data',
    problem: `received "${given}"`,
    expected:
      'a set of the table (fovea data list): studies change pictures, and keep all of them in memory',
  });
}

/** A sentence for each thing in which two bases differ. */
export function basisDifferences(there: Basis, wanted: Basis): string[] {
  const flat = ({ settings, digests, ...basis }: Basis): Record<string, string> =>
    Object.fromEntries(
      Object.entries({ ...basis, ...settings, ...digests }).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
  const [old, now] = [flat(there), flat(wanted)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => old[name] !== now[name])
    .map((name) => `${name} ${old[name] ?? 'was not there'}, now ${now[name] ?? 'none'}`);
}
