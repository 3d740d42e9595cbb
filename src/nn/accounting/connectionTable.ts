/**
 * @file The connection table of a layer as the 1998 paper prints its Table I: a column for each map of the
 * layer, a row for each map below, X where the two are connected.
 */
import { last } from '../../base/lists.ts';
import type { Connections } from '../../ops/windows/connectedConv2d.ts';
import { layerShapes } from '../shapes.ts';
import type { ModelSpec } from '../spec.ts';

/** One table per layer that has one; empty where none has. Lines without a newline at the end. */
export function formatConnectionTables(spec: ModelSpec): string {
  return layerShapes(spec)
    .filter(({ spec: { kind } }) => kind === 'connectedConv2d')
    .map(({ spec: { name, options }, inputs, inputShapes }) => {
      const connections = options.connections as Connections;
      return tableOf(name, inputs[0], connections, last(inputShapes[0], 'axis'));
    })
    .join('\n\n');
}

function tableOf(name: string, below: string, connections: Connections, channels: number): string {
  const cell = (text: string | number): string => String(text).padStart(3);
  const kernels = connections.flat().length;
  return [
    `${name}: columns are its maps, rows the maps of ${below}`,
    `    ${connections.map((_, o) => cell(o)).join('')}`,
    ...Array.from(
      { length: channels },
      (_, c) =>
        ` ${cell(c)}${connections.map((maps) => cell(maps.includes(c) ? 'X' : '.')).join('')}`,
    ),
    `${kernels} of ${connections.length * channels} kernels`,
  ].join('\n');
}
