/**
 * @file What the files of MLflow's file store hold, as text, and how they may be called.
 *
 *   mlruns/EXPERIMENT/meta.yaml
 *   mlruns/EXPERIMENT/RUN/meta.yaml      params/NAME   tags/NAME   metrics/NAME   artifacts/
 *
 * A parameter and a tag are their value; a metric is a line "milliseconds value step" for each time it was measured. MLflow
 * reads every file of these folders, and gives up on a run where a line is cut. Source: mlflow/store/tracking/file_store.py,
 * mlflow/utils/validation.py. Next stop: `runs/mlflow/store.ts`, which writes them.
 */

/** MLflow's own numbers for how a run is. */
export const RUN_STATUS = { running: 1, finished: 3, failed: 4, killed: 5 } as const;

export type RunStatus = keyof typeof RUN_STATUS;

export interface ExperimentMeta {
  readonly id: string;
  readonly name: string;
  /** A URI: "file:///home/me/mlruns/1". */
  readonly place: string;
  /** Milliseconds since 1970. */
  readonly made: number;
}

export interface RunMeta {
  /** 32 digits of base 16. */
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  /** A URI: that of the run's folder. */
  readonly place: string;
  readonly user: string;
  readonly status: RunStatus;
  /** Milliseconds since 1970; null: it runs. */
  readonly began: number;
  readonly ended: number | null;
}

export const experimentYaml = ({ id, name, place, made }: ExperimentMeta): string =>
  yaml({
    artifact_location: place,
    creation_time: made,
    experiment_id: id,
    last_update_time: made,
    lifecycle_stage: 'active',
    name,
  });

export const runYaml = (run: RunMeta): string =>
  yaml({
    artifact_uri: `${run.place}/artifacts`,
    deleted_time: null,
    end_time: run.ended,
    entry_point_name: '',
    experiment_id: run.experiment,
    lifecycle_stage: 'active',
    run_id: run.id,
    run_name: run.name,
    run_uuid: run.id,
    source_name: '',
    source_type: 4, // local
    source_version: '',
    start_time: run.began,
    status: RUN_STATUS[run.status],
    tags: [],
    user_id: run.user,
  });

/** A text of YAML in double quotes is one of JSON. */
const yaml = (fields: Readonly<Record<string, string | number | null | readonly []>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');

/** The name in such a file, where one stands in a line of its own. */
export function experimentNameIn(text: string): string | undefined {
  const [, said] = /^name: *(.*)$/m.exec(text) ?? [];
  if (said === undefined) return undefined;
  if (/^".*"$/.test(said)) return fromJson(said);
  return /^'.*'$/.test(said) ? said.slice(1, -1).replaceAll("''", "'") : said;
}

function fromJson(said: string): string | undefined {
  try {
    return String(JSON.parse(said));
  } catch {
    return undefined;
  }
}

export interface Measured {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
  readonly step: number;
}

/** Numbers are written as Python reads them: NaN and Infinity are the same words in both. */
export const metricLine = ({ at, value, step }: Measured): string => `${at} ${value} ${step}\n`;

/** The whole lines of a metric's file. */
export function metricLines(text: string): Measured[] {
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const [, at, value, step] = /^(\d+) (\S+) (\d+)$/.exec(line) ?? [];
      return at === undefined ? [] : [{ at: Number(at), value: Number(value), step: Number(step) }];
    });
}

const [MOST_LETTERS, MOST_VALUE] = [200, 6000];

/**
 * Names of parameters and metrics as files of one folder, each of its own: letters, digits, dots, dashes, underscores and
 * spaces, which MLflow takes; no folders, and nothing that is hidden or leads out.
 */
export function fileNames(names: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      const plain = name
        .replaceAll(/[^A-Za-z0-9_.\- ]/g, '_')
        .replace(/^[. ]+/, '_')
        .slice(0, MOST_LETTERS);
      let file = plain === '' ? '_' : plain;
      for (let n = 2; taken.has(file.toLowerCase()); n++) file = `${plain}_${n}`;
      taken.add(file.toLowerCase());
      return [name, file];
    }),
  );
}

/** What a parameter is set to, as far as MLflow takes it. */
export const parameterText = (value: string | number | boolean): string =>
  String(value).slice(0, MOST_VALUE);
