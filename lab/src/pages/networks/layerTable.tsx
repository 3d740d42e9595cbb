/**
 * @file The network layer by layer, and where it stops to fit: the table that the drawing is a picture of.
 */
import { type Draft, type LayerSummary, summarize } from 'fovea/web';
import { formatCount } from '../../figures/numbers.ts';
import { Table } from '../../figures/table.tsx';
import { shapeWords } from './layerPanel.tsx';

interface TableProps {
  readonly draft: Draft;
  readonly chosen: string;
  readonly onChoose: (layer: string) => void;
}

export function LayerTable({ draft, chosen, onChoose }: TableProps) {
  const summary = draft.sound === null ? null : summarize(draft.sound);
  const known = new Map(summary?.layers.map((layer) => [layer.name, layer]));
  const rows = draft.layers.map(({ name, kind }) => {
    const wrong = draft.problem?.layer === name;
    return [
      <button type="button" class="networksRow" onClick={() => onChoose(name)}>
        {name}
      </button>,
      wrong ? <span class="networksWrong">does not fit</span> : kind,
      ...cellsOf(known.get(name)),
    ];
  });
  const { totals } = summary ?? {};
  const total =
    totals === undefined || draft.spec === null
      ? []
      : [
          [
            'In all',
            '',
            '',
            formatCount(totals.parameters),
            formatCount(totals.fixed),
            formatCount(totals.multiplyAdds),
            formatCount(totals.connections),
            '',
          ],
        ];
  return (
    <Table
      caption="For one picture. Connections as in 1998: inputs of a unit and one for its bias."
      columns={[
        { head: 'Layer' },
        { head: 'Kind' },
        { head: 'Output' },
        { head: 'Parameters', numeric: true },
        { head: 'Fixed', numeric: true },
        { head: 'Multiply-adds', numeric: true },
        { head: 'Connections', numeric: true },
        { head: 'Sees', numeric: true },
      ]}
      rows={[...rows, ...total]}
      current={draft.layers.findIndex(({ name }) => name === chosen)}
    />
  );
}

function cellsOf(layer: LayerSummary | undefined): string[] {
  if (layer === undefined) return ['–', '', '', '', '', ''];
  const { outputShape, parameters, fixed, multiplyAdds, connections, receptiveField } = layer;
  const some = (n: number) => (n === 0 ? '' : formatCount(n));
  return [
    shapeWords(outputShape),
    some(parameters),
    some(fixed),
    some(multiplyAdds),
    some(connections),
    receptiveField === null ? '' : receptiveField.size.join(' × '),
  ];
}
