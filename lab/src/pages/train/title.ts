/**
 * @file What a trained network is called on other pages.
 */
import type { Trained } from './trainer.ts';

/** "lenet5, ReLU, seed 1": of one title the newest is left. */
export function titleOf({ label, settings }: Pick<Trained, 'label' | 'settings'>): string {
  const [name = ''] = settings.model.split(',');
  return [name, label, `seed ${settings.seed}`].filter((part) => part !== '').join(', ');
}
