/** @file What two towers sent each other in a step, as it was counted on the wire, for `fovea train --towers`. */
import { formatBytes } from '../../base/units.ts';
import type { FitEvent } from '../../train/events.ts';
import { WISHES } from '../../train/runners/wire.ts';
import { table } from './output.ts';

/** "8 bytes", "1.5 KiB"; nothing where there is nothing. */
function cell(bytes: number): string {
  if (bytes >= 1024) return formatBytes(bytes);
  return bytes === 0 ? '' : `${bytes} bytes`;
}

/** A line for each layer, forward and back, and one for all. */
export function exchangedTable({ rows, sent }: Extract<FitEvent, { type: 'exchanged' }>): string {
  const layers = new Map<string, { forward: number; back: number }>();
  for (const [name, bytes] of sent) {
    const [before = name, direction] = name.split('/exchange');
    const isSum = direction === undefined && name !== WISHES;
    const layer = isSum ? 'sums over pairs' : before;
    const { forward, back } = layers.get(layer) ?? { forward: 0, back: 0 };
    const isBack = isSum || direction === '/gradient';
    layers.set(layer, {
      forward: forward + (isBack ? 0 : bytes),
      back: back + (isBack ? bytes : 0),
    });
  }
  const all = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
  return [
    `Sent by each rank in a step of ${rows} pictures: ${formatBytes(all)}`,
    table([
      ['', 'forward', 'back'],
      ...[...layers].map(([layer, { forward, back }]) => [
        `  ${layer === WISHES ? 'stop, save' : layer}`,
        cell(forward),
        cell(back),
      ]),
    ]),
  ].join('\n');
}
