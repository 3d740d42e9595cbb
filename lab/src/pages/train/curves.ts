/**
 * @file The curves of a run as a plot takes them: one axis of epochs, a training and a test series a network.
 *
 * Networks stand at different places, and the test set is looked at once an epoch, so most series have no value at
 * most places: there they have none, and the line goes on to the next.
 */
import type { PlotContent, PlotSeries, TokenName } from '../../figures/plotChart.ts';
import type { SideRecord } from './record.ts';

export type Measure = 'loss' | 'accuracy';

/** Of the first network, and of the second. */
export const sideColours: readonly TokenName[] = ['accent', 'positive'];

export function curvesOf(sides: readonly SideRecord[], measure: Measure): PlotContent {
  const lines = sides.flatMap((side, i) => linesOf(side, measure, sideColours[i] ?? 'ink'));
  const x = [...new Set(lines.flatMap(({ places }) => [...places.keys()]))].sort((a, b) => a - b);
  return {
    x,
    series: lines.map(({ places, ...series }) => ({
      ...series,
      values: x.map((epoch) => places.get(epoch) ?? null),
    })),
    xLabel: 'epochs',
    xRange: [0, Math.max(1, ...sides.map(({ epochs }) => epochs))],
    ...(measure === 'accuracy' ? { yRange: [0, 1] as const } : {}),
  };
}

interface Line extends Omit<PlotSeries, 'values'> {
  readonly places: ReadonlyMap<number, number>;
}

function linesOf(side: SideRecord, measure: Measure, colour: TokenName): Line[] {
  const name = side.label === '' ? '' : `${side.label}, `;
  const training = side.points.map((point) => [point.epoch, point[measure]] as const);
  const tests = side.tests.map((test) => [test.epoch, test[measure]] as const);
  return [
    { label: `${name}training`, colour, spanGaps: true, places: new Map(training) },
    {
      label: `${name}test`,
      colour,
      spanGaps: true,
      dashed: true,
      dots: true,
      places: new Map(tests),
    },
  ];
}
