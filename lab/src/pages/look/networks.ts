/**
 * @file The networks that can be looked through: trained in this page, left by another page, kept as a run of the
 * browser.
 *
 * An address names one by `from`: "run:NAME", or the title under which a page left it; else the model's words count.
 */
import { openRunStore } from 'fovea/web';
import { trainedNetworks } from '../../frame/trainedNetworks.ts';
import type { Wanted } from './eye.ts';

const RUN = 'run:';

export interface Offered {
  /** Of the address's `from`; empty for a network that is trained here. */
  readonly from: string;
  readonly text: string;
}

/** Networks that are trained already: of pages first, then finished runs. */
export async function offeredNetworks(): Promise<readonly Offered[]> {
  const left = trainedNetworks().map(({ title }) => ({ from: title, text: title }));
  return [...left, ...(await finishedRuns())];
}

/** A browser that keeps no files has no runs. */
async function finishedRuns(): Promise<readonly Offered[]> {
  try {
    const runs = await (await openRunStore()).list();
    return runs
      .filter(({ record }) => record?.status === 'done')
      .map(({ name }) => ({ from: RUN + name, text: `run ${name}` }));
  } catch {
    return [];
  }
}

export async function wantedOf(words: string, from: string): Promise<Wanted> {
  if (from.startsWith(RUN)) {
    const name = from.slice(RUN.length);
    const model = await (await openRunStore()).open(name).readModel();
    return { network: { ...model, title: `run ${name}`, words } };
  }
  const network = trainedNetworks().find(({ title }) => title === from);
  return network === undefined ? { words } : { network };
}
