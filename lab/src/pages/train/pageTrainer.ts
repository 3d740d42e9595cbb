/**
 * @file The page's trainer: one for as long as the lab is open, so that a run goes on while other pages are read.
 *
 * Data sets that are not drawn lie beside the page in `data/`, where `fovea lab` serves them; the worker fetches,
 * unpacks and checks them.
 */
import {
  type DownloadProgress,
  openRunStore,
  openWorkerSession,
  type WorkerSession,
} from 'fovea/web';
import { dataBase } from '../../frame/server.ts';
import { keepTrained } from '../../frame/trainedNetworks.ts';
import type { PageData } from './networks.ts';
import { loadOwn, ownKey } from './ownPictures.ts';
import { titleOf } from './title.ts';
import { type Surroundings, type Trained, Trainer } from './trainer.ts';
import type { WantedData } from './wantedData.ts';

const surroundings: Surroundings = {
  openEngine: () => openWorkerSession(),
  loadData: loadInto,
  dataKey: ({ name, shape, counts }) =>
    shape === null ? `${name} ${JSON.stringify(counts)}` : ownKey(shape),
};

async function loadInto(
  session: WorkerSession,
  { name, shape, counts }: WantedData,
  { say, signal }: { readonly say: (words: string) => void; readonly signal: AbortSignal },
): Promise<PageData> {
  if (shape !== null) return loadOwn(shape, { say, signal });
  return session.loadDataset(name as never, {
    ...(name === 'digits' ? {} : { base: await dataBase() }),
    ...counts,
    signal,
    onProgress: (progress) => say(progressInWords(progress)),
    onNote: say,
  });
}

/** The Look page takes it from there. */
function leaveForLook({ label, settings, ...model }: Trained): void {
  keepTrained({ ...model, title: titleOf({ label, settings }), words: settings.model });
}

export function progressInWords({ file, received, total }: DownloadProgress): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return `Fetching ${file}: ${megabytes(received)} of ${megabytes(total)} MB`;
}

/** One whose runs are not kept: of a figure in the text. */
export const openTrainer = (): Trainer => new Trainer(surroundings);

export const pageTrainer = new Trainer({
  ...surroundings,
  openStore: openRunStore,
  onTrained: leaveForLook,
});
