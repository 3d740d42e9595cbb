/**
 * @file The number that is looked at, worked out: the largest of what it adds up, the sum, the activation.
 */
import type { Stage, WorkedUnit } from 'fovea/web';
import { formatValue } from '../../figures/numbers.ts';
import { Table } from '../../figures/table.tsx';
import { coordinatesOf } from './maps.ts';
import { conclusionOf, placeWords, shownTerms } from './workedWords.ts';

interface UnitPanelProps {
  readonly stage: Stage;
  readonly index: number;
  /** undefined: the layer works nothing out. */
  readonly worked: WorkedUnit | undefined;
  readonly below: string;
}

export function UnitPanel({ stage, index, worked, below }: UnitPanelProps) {
  const value = stage.values[index] ?? 0;
  const title = `${stage.name}, ${placeWords(coordinatesOf(stage.shape, index))}`;
  return (
    <section class="lookUnit" aria-labelledby="lookUnit">
      <h2 id="lookUnit">{formatValue(value)}</h2>
      <p class="soft">{title}</p>
      {worked === undefined ? (
        <p>
          {stage.kind === 'picture'
            ? 'A pixel of what was given, 0 to 255.'
            : 'Handed on from the layer before.'}
        </p>
      ) : (
        <Worked worked={worked} below={below} />
      )}
    </section>
  );
}

function Worked({ worked, below }: { readonly worked: WorkedUnit; readonly below: string }) {
  const { shown, others, rest } = shownTerms(worked);
  const isOfImage = worked.terms[0]?.place.length === 3;
  const isWeighed = worked.does === 'sum' || worked.does === 'distance';
  const rows = shown.map(({ place, product, adds }) =>
    isWeighed ? [place, product, adds] : [place, adds],
  );
  const more =
    others === 0 ? [] : [[`${others} more`, ...(isWeighed ? [''] : []), formatValue(rest, 3)]];
  return (
    <>
      <Table
        caption={`What it reads of ${below}${others > 0 ? ', the largest first' : ''}`}
        columns={[
          { head: isOfImage ? 'Row, column, map' : 'Number' },
          ...(isWeighed
            ? [
                {
                  head: worked.does === 'distance' ? 'Value and code' : 'Value and weight',
                  numeric: true,
                },
              ]
            : []),
          { head: isWeighed ? 'Adds' : 'Value', numeric: true },
        ]}
        rows={[...rows, ...more]}
      />
      <ol class="lookConclusion">
        {conclusionOf(worked).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </>
  );
}
