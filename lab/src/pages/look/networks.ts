/**
 * @file The networks that can be looked through: trained in this page, left by another page, kept as a run in this
 * browser or in the folder that the lab was started in.
 *
 * An address names one by `from`: "run:NAME", "folder:NAME", or the title under which a page left it; else the model's
 * words count.
 */
import { type ListedRun, openRunStore, type TrainedModel } from 'fovea/web';
import { listFolder, modelOfRun } from '../../frame/folderRuns.ts';
import { trainedNetworks } from '../../frame/trainedNetworks.ts';
import type { Wanted } from './eye.ts';

interface Shelf {
  /** Before a run's name, in the address. */
  readonly prefix: string;
  /** Before a run's name, to be read. */
  readonly says: string;
  readonly list: () => Promise<readonly ListedRun[]>;
  readonly read: (name: string) => Promise<TrainedModel>;
}

const shelves: readonly Shelf[] = [
  {
    prefix: 'run:',
    says: 'run ',
    list: async () => (await openRunStore()).list(),
    read: async (name) => (await openRunStore()).open(name).readModel(),
  },
  {
    prefix: 'folder:',
    says: 'of this folder: run ',
    list: async () => (await listFolder())?.runs ?? [],
    read: modelOfRun,
  },
];

export interface Offered {
  /** Of the address's `from`; empty for a network that is trained here. */
  readonly from: string;
  readonly text: string;
}

/** Networks that are trained already: of pages first, then runs that have ended, by where they are kept. */
export async function offeredNetworks(): Promise<readonly Offered[]> {
  const left = trainedNetworks().map(({ title }) => ({ from: title, text: title }));
  const kept = await Promise.all(shelves.map(endedRuns));
  return [...left, ...kept.flat()];
}

/** A browser that keeps no files has no runs, a server that fails hands none on: one can look without. */
async function endedRuns({ prefix, says, list }: Shelf): Promise<readonly Offered[]> {
  const runs = await list().catch(() => []);
  return runs
    .filter(({ record, fault }) => fault === null && hasEnded(record))
    .map(({ name }) => ({ from: prefix + name, text: says + name }));
}

const hasEnded = (record: ListedRun['record']): boolean =>
  record?.status === 'done' || record?.status === 'imported';

export async function wantedOf(words: string, from: string): Promise<Wanted> {
  const shelf = shelves.find(({ prefix }) => from.startsWith(prefix));
  if (shelf !== undefined) {
    const name = from.slice(shelf.prefix.length);
    return { network: { ...(await shelf.read(name)), title: shelf.says + name, words } };
  }
  const network = trainedNetworks().find(({ title }) => title === from);
  return network === undefined ? { words } : { network };
}
