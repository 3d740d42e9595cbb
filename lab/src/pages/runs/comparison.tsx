/**
 * @file Runs beside one another: their curves over the same epochs, and the options that differ.
 */

import { comparedRuns } from 'fovea/web';
import { Plot } from '../../figures/plot.tsx';
import type { TokenName } from '../../figures/plotChart.ts';
import { Table } from '../../figures/table.tsx';
import { Segmented } from '../../frame/controls/segmented.tsx';

/** In the order of the list's marks; `runs.css` has the same. */
const COLOURS: readonly TokenName[] = ['accent', 'positive', 'negative', 'ink'];

interface ComparisonProps {
  readonly runs: readonly comparedRuns.ReadableRun[];
  readonly measure: comparedRuns.Measure;
  readonly onMeasure: (measure: comparedRuns.Measure) => void;
}

export function Comparison({ runs, measure, onMeasure }: ComparisonProps) {
  const { x, curves } = comparedRuns.curvesOf(runs, measure);
  const differences = comparedRuns.differencesOf(runs);
  return (
    <>
      <section class="runsCurves">
        <header>
          <h2>Curves</h2>
          <Segmented
            label="Of"
            value={measure}
            choices={[
              { value: 'loss', text: 'Loss' },
              { value: 'accuracy', text: 'Accuracy' },
            ]}
            onChange={onMeasure}
          />
        </header>
        {curves.length === 0 ? (
          <p class="soft">
            {x.length === 0
              ? 'No epoch is over yet.'
              : `These runs were not measured by ${measure}.`}
          </p>
        ) : (
          <>
            <Plot
              x={x}
              xLabel="epoch"
              yLabel={measure}
              height={320}
              label={comparedRuns.curveWords(runs, measure)}
              series={curves.map(({ label, values, dashed, run }) => ({
                label,
                values,
                dashed,
                colour: COLOURS[run] ?? 'accent',
              }))}
            />
            <p class="small soft">
              {comparedRuns.lossWarning(runs, measure)} Validation is drawn through, training
              dashed. Training is measured while the weights still change, validation at the end of
              the epoch.
            </p>
          </>
        )}
      </section>
      {runs.length > 1 && (
        <section>
          <h2>What differs</h2>
          {differences.length === 0 ? (
            <p>Nothing: the same options, data and plan.</p>
          ) : (
            <Table
              caption="Options, data and plan that are not the same in all of these runs"
              hideCaption
              columns={[{ head: 'Option' }, ...runs.map(({ name }) => ({ head: name }))]}
              rows={differences.map(({ option, values }) => [option, ...values])}
            />
          )}
        </section>
      )}
    </>
  );
}
