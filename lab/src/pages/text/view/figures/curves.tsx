/**
 * @file Squashing functions and the ReLU over one axis: values of the library's own ops.
 */
import { applyOp } from 'fovea/web';
import { Plot } from '../../../../figures/plot.tsx';
import type { CurveName, FigureSpec } from '../../figureSpec.ts';

const LABELS: Readonly<Record<CurveName, string>> = {
  scaledTanh: '1.7159 tanh(2a / 3)',
  tanh: 'tanh',
  sigmoid: 'logistic',
  relu: 'ReLU',
};
const FROM = -4;
const POINTS = 81;

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'curves' }> }) {
  const x = Array.from({ length: POINTS }, (_, i) => FROM + (-2 * FROM * i) / (POINTS - 1));
  const input = { shape: [POINTS], data: Float64Array.from(x) };
  const series = spec.functions.map((name) => ({
    label: LABELS[name],
    values: [...applyOp(name, [input], {}).data],
  }));
  const names = series.map(({ label }) => label).join(', ');
  return (
    <Plot
      x={x}
      series={series}
      xLabel="a"
      height={240}
      yRange={spec.functions.includes('relu') ? [-1.25, 4] : [-2, 2]}
      label={`${names}, from ${FROM} to ${-FROM}`}
    />
  );
}
