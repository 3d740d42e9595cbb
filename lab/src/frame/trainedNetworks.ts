/**
 * @file Trained networks that one page leaves for another while the lab is open: Train gives, Look takes.
 *
 * In memory alone; what is to outlive the tab is saved as a run.
 */
import type { TrainedModel } from 'fovea/web';

export interface TrainedNetwork extends TrainedModel {
  /** How a reader tells it from others: "lenet5, ReLU, 3 epochs". */
  readonly title: string;
  /** In words of the model table, where it has them: "lenet5,conv2d.filters=8". */
  readonly words: string;
}

const MOST = 8;
let kept: readonly TrainedNetwork[] = [];

/** The newest first; one of the same title is replaced. */
export function keepTrained(network: TrainedNetwork): void {
  kept = [network, ...kept.filter(({ title }) => title !== network.title)].slice(0, MOST);
}

export function trainedNetworks(): readonly TrainedNetwork[] {
  return kept;
}
