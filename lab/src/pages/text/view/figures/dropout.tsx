/**
 * @file Dropout over some steps: what each of a few outputs is in training, on average, and in a test.
 *
 * The random numbers are those of the library's op, step by step.
 */
import { applyOp } from 'fovea/web';
import { useMemo, useState } from 'preact/hooks';
import { HeatMap } from '../../../../figures/heatMap.tsx';
import { Table } from '../../../../figures/table.tsx';
import { Segmented } from '../../../../frame/controls/segmented.tsx';
import { optionOf } from '../../numbers/networks.ts';

type Mode = '2012' | 'inverted';

const RATE = Number(optionOf('alexnet', 'dropout6', 'rate'));
/** What a layer gives; every output the same number of times over. */
const OUTPUTS = [0.2, 0.9, 0.5, 1.4, 0.7, 1.1, 0.3, 0.8];
const SHOWN = 8;
const MANY = 2000;
const MODES = [
  { value: '2012', text: 'As in 2012' },
  { value: 'inverted', text: 'Inverted, as today' },
] as const;

/** The outputs in a training step: dropped ones 0, the others grown where dropout is inverted. */
function inStep(step: number, mode: Mode): number[] {
  const attrs = { shape: [OUTPUTS.length], seed: 1, stream: 6 };
  const draws = applyOp('randomUniform', [{ shape: [], data: Float64Array.of(step) }], attrs).data;
  const grown = mode === 'inverted' ? 1 / (1 - RATE) : 1;
  return OUTPUTS.map((value, i) => ((draws[i] ?? 0) < RATE ? 0 : value * grown));
}

export function Figure() {
  const [mode, setMode] = useState<Mode>('2012');
  const steps = useMemo(() => Array.from({ length: SHOWN }, (_, i) => inStep(i, mode)), [mode]);
  const means = useMemo(() => {
    const sums = OUTPUTS.map(() => 0);
    for (let i = 0; i < MANY; i++) {
      inStep(i, mode).forEach((value, j) => {
        sums[j] = (sums[j] ?? 0) + value;
      });
    }
    return sums.map((sum) => sum / MANY);
  }, [mode]);
  const atTest = OUTPUTS.map((value) => (mode === '2012' ? value * (1 - RATE) : value));
  return (
    <div class="textWindow">
      <div class="textChoices">
        <Segmented label="Dropout" value={mode} choices={MODES} onChange={setMode} />
      </div>
      <div class="textDropout">
        <HeatMap
          values={steps.flat()}
          rows={SHOWN}
          columns={OUTPUTS.length}
          label={`${OUTPUTS.length} outputs over ${SHOWN} training steps; dropped ones are zero`}
          say={(value, { row, column }) => `step ${row}, output ${column}: ${value.toFixed(1)}`}
        />
        <Table
          caption={`The outputs: mean over ${MANY} steps, and in a test`}
          columns={[{ head: '' }, ...OUTPUTS.map((_, i) => ({ head: i, numeric: true }))]}
          rows={[
            ['without dropout', ...OUTPUTS.map((value) => value.toFixed(2))],
            ['mean in training', ...means.map((value) => value.toFixed(2))],
            ['in a test', ...atTest.map((value) => value.toFixed(2))],
          ]}
        />
      </div>
    </div>
  );
}
