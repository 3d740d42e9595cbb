/**
 * @file Curves over a common axis, drawn by uPlot, which is loaded with the first plot and not before.
 */
import './figures.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Note } from '../frame/problem.tsx';
import { useTheme } from '../frame/theme.ts';
import type { Chart, PlotContent } from './plotChart.ts';

interface PlotProps extends PlotContent {
  /** What is shown, in words, for those who do not see it. */
  readonly label: string;
}

/** Ahead of time, for a page that is about to draw: the first plot keeps a page busy for 50 ms. */
export const loadPlots = () => import('./plotChart.ts');

export function Plot({ label, ...content }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(null);
  const latest = useRef<PlotContent>(content);
  latest.current = content;
  const [error, setError] = useState<unknown>();
  const theme = useTheme();
  const looks = [theme, content.xLabel, content.yLabel, content.height, content.logarithmic]
    .concat(content.xRange?.join(), content.yRange?.join())
    .concat(
      content.series.flatMap(({ label: name, colour, dashed }) => [name, colour, dashed ? 1 : 0]),
    )
    .join('\n');

  useEffect(() => {
    let wanted = true;
    loadPlots().then(
      ({ openChart }) => {
        if (wanted && box.current !== null) chart.current = openChart(box.current, latest.current);
      },
      (failure: unknown) => wanted && setError(failure),
    );
    return () => {
      wanted = false;
      chart.current?.close();
      chart.current = null;
    };
  }, [looks]);

  useEffect(() => chart.current?.update(content));

  if (error !== undefined) return <Note error={error} />;
  return (
    <div
      class="plot"
      ref={box}
      role="img"
      aria-label={label}
      style={{ minHeight: `${content.height ?? 240}px` }}
    />
  );
}
