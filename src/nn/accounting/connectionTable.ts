/**
 * @file The connection table of a layer as the 1998 paper prints its Table I: a column for each map of the
 * layer, a row for each map below, X where the two are connected.
 */
import { last } from '../../base/lists.ts';
import type { Connections } from '../../ops/windows/connectedConv2d.ts';
import { layerShapes } from '../shapes.ts';
import type { ModelSpec } from '../spec.ts';

export interface ConnectionTable {
  readonly layer: string;
  /** The layer whose maps are the rows. */
  readonly below: string;
  /** [map below][map of the layer] */
  readonly connected: readonly (readonly boolean[])[];
  /** How many there are, of all that could be. */
  readonly kernels: number;
  readonly possible: number;
}

/** One table per layer that has one. */
export function connectionTables(spec: ModelSpec): ConnectionTable[] {
  return layerShapes(spec)
    .filter(({ spec: { kind } }) => kind === 'connectedConv2d')
    .map(({ spec: { name, options }, inputs, inputShapes }) => {
      const connections = options.connections as Connections;
      const channels = last(inputShapes[0], 'axis');
      return {
        layer: name,
        below: inputs[0],
        connected: Array.from({ length: channels }, (_, c) =>
          connections.map((maps) => maps.includes(c)),
        ),
        kernels: connections.flat().length,
        possible: connections.length * channels,
      };
    });
}

/** Lines without a newline at the end; empty where no layer has a table. */
export function formatConnectionTables(spec: ModelSpec): string {
  return connectionTables(spec).map(formatTable).join('\n\n');
}

function formatTable({ layer, below, connected, kernels, possible }: ConnectionTable): string {
  const cell = (text: string | number): string => String(text).padStart(3);
  const maps = connected[0] ?? [];
  return [
    `${layer}: columns are its maps, rows the maps of ${below}`,
    `    ${maps.map((_, o) => cell(o)).join('')}`,
    ...connected.map((row, c) => ` ${cell(c)}${row.map((is) => cell(is ? 'X' : '.')).join('')}`),
    `${kernels} of ${possible} kernels`,
  ].join('\n');
}
