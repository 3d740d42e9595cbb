/**
 * @file What a model was trained with, in words: whoever goes on training may want the same. Nothing of it is taken over.
 */
import { shownValue } from '../../base/printable.ts';
import { isObject } from './config.ts';
import { isTopology } from './topology.ts';

export function trainingNotes(config: unknown): string[] {
  if (!isObject(config)) return [];
  const { loss } = config;
  const optimizer = config.optimizer_config ?? config.optimizer;
  const name = (value: unknown) => (isTopology(value) ? String(value.class_name) : undefined);
  const by = name(optimizer);
  const words = typeof loss === 'string' ? loss : name(loss);
  if (words === undefined && by === undefined) return [];
  const how = [
    words === undefined ? '' : ` with the loss ${shownValue(words)}`,
    by === undefined ? '' : ` by ${by}`,
  ];
  return [`was trained${how.join('')}: choose loss and optimizer when you go on`];
}
