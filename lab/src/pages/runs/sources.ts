/**
 * @file Where runs are: in the folder that `fovea lab` was started in, and in this browser.
 */
import { type ListedRun, openRunStore, type RunStore } from 'fovea/web';
import { askOfRun, listFolder } from '../../frame/folderRuns.ts';
import { knownToken } from '../../frame/token.ts';

export type SourceName = 'folder' | 'browser';

export interface ListedMistake {
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  readonly confidence: number;
  /** Null where pictures have no files. */
  readonly file: string | null;
}

export interface EvaluatedRun {
  readonly dataset: string;
  readonly count: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly classes: readonly string[];
  readonly insights: readonly string[];
  readonly mistakes: readonly ListedMistake[];
}

export interface RunSource {
  /** Where it is, in words. */
  readonly place: string;
  readonly runs: readonly ListedRun[];
  /** The picture of the worst mistakes. */
  mistakes(name: string): Promise<Blob>;
  zip(name: string): Promise<Blob>;
  /** The run as one page; undefined where it has none. */
  report(name: string): Promise<Blob | undefined>;
  /** Absent where the page may not start work. */
  readonly evaluate?: (name: string) => Promise<EvaluatedRun>;
  /** Absent where nothing is removed from here. */
  readonly remove?: (name: string) => Promise<void>;
}

/** The runs of the folder; undefined where no lab's server answers, as on a static host. */
export async function openFolder(): Promise<RunSource | undefined> {
  const found = await listFolder();
  if (found === undefined) return undefined;
  const { folder, runs } = found;
  const blob = async (name: string, what: string) => (await askOfRun(name, what)).blob();
  const evaluate = async (name: string): Promise<EvaluatedRun> =>
    (await askOfRun(name, 'evaluate', { method: 'POST' })).json();
  return {
    place: `${folder}/runs`,
    runs,
    mistakes: (name) => blob(name, 'mistakes.png'),
    zip: (name) => blob(name, 'zip'),
    report: (name) => blob(name, 'report.html'),
    ...(knownToken() === undefined ? {} : { evaluate }),
  };
}

/** Throws where the browser keeps no files for the page. */
export async function openBrowser(): Promise<RunSource> {
  const store: RunStore = await openRunStore();
  return {
    place: 'this browser',
    runs: await store.list(),
    mistakes: async (name) => {
      const bytes = await store.open(name).read('mistakes.png');
      return new Blob(bytes === undefined ? [] : [bytes], { type: 'image/png' });
    },
    zip: (name) => store.save(name),
    report: async (name) => {
      const bytes = await store.open(name).read('report.html');
      return bytes === undefined ? undefined : new Blob([bytes], { type: 'text/html' });
    },
    remove: (name) => store.remove(name),
  };
}

/** Keeps the run of a zip in this browser. */
export async function keepZip(
  zip: Blob,
  where: string,
): Promise<{ readonly name: string; readonly notes: readonly string[] }> {
  return (await openRunStore()).openZip(zip, where);
}
