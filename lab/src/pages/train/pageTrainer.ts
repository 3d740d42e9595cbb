/**
 * @file The page's trainer: one for as long as the lab is open, so that a run goes on while other pages are read.
 *
 * Data sets that are not drawn lie beside the page in `data/`, where `fovea lab` serves them; the worker fetches,
 * unpacks and checks them.
 */
import { type DownloadProgress, openWorkerSession, type WorkerSession } from 'fovea/web';
import { type Surroundings, Trainer } from './trainer.ts';

const surroundings: Surroundings = {
  openEngine: () => openWorkerSession(),
  loadData: (session, name, say) => loadInto(session, name, say),
  isHidden: () => document.hidden,
};

function loadInto(session: WorkerSession, name: string, say: (words: string) => void) {
  return session.loadDataset(name as never, {
    base: 'data/',
    onProgress: (progress) => say(progressInWords(progress)),
    onNote: say,
  });
}

export function progressInWords({ file, received, total }: DownloadProgress): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return `Fetching ${file}: ${megabytes(received)} of ${megabytes(total)} MB`;
}

export const openTrainer = (): Trainer => new Trainer(surroundings);

export const pageTrainer = openTrainer();
