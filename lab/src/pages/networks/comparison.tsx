/**
 * @file Two networks side by side: drawings one below the other, layers beside their like, options that differ.
 */
import {
  type DiffLayer,
  type DiffRow,
  diffOf,
  drawNetwork,
  type ModelSpec,
  type Summary,
} from 'fovea/web';
import { formatCount } from '../../figures/numbers.ts';
import { Table } from '../../figures/table.tsx';
import { Figure } from './figure.tsx';
import { shapeWords } from './layerPanel.tsx';

interface ComparisonProps {
  readonly left: ModelSpec;
  readonly right: ModelSpec;
  /** How the two are called here: an edited network has the name of the published one. */
  readonly names: readonly [string, string];
}

export function Comparison({ left, right, names }: ComparisonProps) {
  const { rows, ...sums } = diffOf(left, right);
  const different = rows.filter(({ same }) => !same).length;
  const total = ({ totals }: Summary): string =>
    `${formatCount(totals.parameters)} parameters, ${formatCount(totals.multiplyAdds)} multiply-adds`;
  return (
    <>
      <Figure figure={drawNetwork(right)} label={`Drawing of ${names[1]}`} />
      <p role="status">
        {different === 0
          ? 'Layer by layer the two are the same.'
          : `${different} of ${rows.length} rows differ.`}{' '}
        {names[0]}: {total(sums.left)}. {names[1]}: {total(sums.right)}.
      </p>
      <Table
        caption={`${names[0]} beside ${names[1]}`}
        hideCaption
        columns={[
          { head: '' },
          { head: names[0] },
          { head: 'Output' },
          { head: 'Parameters', numeric: true },
          { head: names[1] },
          { head: 'Output' },
          { head: 'Parameters', numeric: true },
        ]}
        rows={rows.map(({ left: one, right: other, same }) => [
          same ? '=' : <span class="networksDiffers">≠</span>,
          ...cellsOf(one),
          ...cellsOf(other),
        ])}
      />
      <Options rows={rows} />
    </>
  );
}

function cellsOf(layer: DiffLayer | null): string[] {
  if (layer === null) return ['–', '', ''];
  const { name, does, outputShape, trainable, fixed } = layer;
  return [`${name}: ${does}`, shapeWords(outputShape), formatCount(trainable + fixed)];
}

/** Options that differ, layer by layer; of two kinds of layer, those that both have. */
function Options({ rows }: { readonly rows: readonly DiffRow[] }) {
  const differing = rows.flatMap(({ left, right, options }) => {
    const isOneKind = left?.kind === right?.kind;
    const shown = options.filter((words) => isOneKind || !/: none \||\| none$/.test(words));
    return shown.length === 0 ? [] : [{ names: [left?.name, right?.name].join(' | '), shown }];
  });
  if (differing.length === 0) return null;
  return (
    <details class="networksOptions">
      <summary>Options that differ</summary>
      <dl>
        {differing.map(({ names, shown }) => (
          <div key={names}>
            <dt>{names}</dt>
            {shown.map((words) => (
              <dd key={words}>
                <code>{words}</code>
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </details>
  );
}
