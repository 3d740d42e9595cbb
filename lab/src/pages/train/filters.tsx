/**
 * @file The first convolution's filters as they form: blue below zero, orange above.
 */
import type { WeightsEvent } from 'fovea/web';
import { HeatMap } from '../../figures/heatMap.tsx';
import { formatValue } from '../../figures/numbers.ts';
import { filterGrid } from './filterGrid.ts';

interface FiltersProps {
  readonly event: WeightsEvent;
  readonly label: string;
}

export function Filters({ event, label }: FiltersProps) {
  const [entry] = [...event.weights];
  if (entry === undefined) return null;
  const [name, { shape, data }] = entry;
  const { values, rows, columns, at } = filterGrid(data, shape);
  const say = (value: number, row: number, column: number): string => {
    const place = at(row, column);
    if (place === undefined) return ' ';
    const channel = (shape[2] ?? 1) > 1 ? `, channel ${place.channel}` : '';
    return `filter ${place.filter}${channel}, row ${place.row}, column ${place.column}: ${formatValue(value, 3)}`;
  };
  return (
    <HeatMap
      values={values}
      rows={rows}
      columns={columns}
      limit={limitOfFilters(values)}
      label={`Filters of ${name}${label === '' ? '' : ` of ${label}`} after ${event.step} steps`}
      say={(value, { row, column }) => say(value, row, column)}
    />
  );
}

function limitOfFilters(values: Float32Array): number {
  let most = 1e-6;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}
