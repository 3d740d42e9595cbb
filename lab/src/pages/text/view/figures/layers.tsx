/**
 * @file A model as a drawing and as a table of its layers.
 */
import '../../../networks/networks.css';
import { drawNetwork, type LayerSummary, modelOf } from 'fovea/web';
import { useMemo } from 'preact/hooks';
import { formatCount } from '../../../../figures/numbers.ts';
import { Table, type TableColumn } from '../../../../figures/table.tsx';
import { Figure as Drawing } from '../../../networks/figure.tsx';
import type { FigureSpec, LayerColumn } from '../../figureSpec.ts';
import { summaryOf } from '../../numbers/networks.ts';

const some = (count: number): string => (count === 0 ? '' : formatCount(count));

const COLUMNS: Readonly<
  Record<LayerColumn, TableColumn & { readonly cell: (layer: LayerSummary) => string }>
> = {
  output: { head: 'Output', cell: ({ outputShape }) => outputShape.join(' × ') },
  parameters: { head: 'Trained', numeric: true, cell: ({ trainable }) => some(trainable) },
  fixed: { head: 'Fixed', numeric: true, cell: ({ fixed }) => some(fixed) },
  connections: { head: 'Connections', numeric: true, cell: (layer) => some(layer.connections) },
  multiplyAdds: { head: 'Multiply-adds', numeric: true, cell: (layer) => some(layer.multiplyAdds) },
  field: {
    head: 'Field',
    numeric: true,
    cell: ({ receptiveField }) => String(receptiveField?.size[0] ?? ''),
  },
};

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'layers' }> }) {
  const { model, columns } = spec;
  const drawing = useMemo(() => drawNetwork(modelOf(model as never)), [model]);
  const { layers, totals } = summaryOf(model);
  const chosen = columns.map((name) => COLUMNS[name]);
  const total = (name: LayerColumn): string => {
    if (name === 'output' || name === 'field') return '';
    return some(name === 'parameters' ? totals.trainable : totals[name]);
  };
  return (
    <div class="textWindow">
      <Drawing figure={drawing} label={`${model}, drawn to scale`} />
      <Table
        caption={`${model}, layer by layer`}
        hideCaption
        columns={[{ head: 'Layer' }, ...chosen]}
        rows={[
          ...layers.map((layer) => [layer.name, ...chosen.map(({ cell }) => cell(layer))]),
          ['in all', ...columns.map(total)],
        ]}
      />
    </div>
  );
}
