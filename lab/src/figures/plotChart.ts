/**
 * @file uPlot in the lab's dress. Loaded by `plot.tsx` alone.
 */
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { formatValue } from './numbers.ts';

/** A colour by its name in `frame/tokens.css`. */
export type TokenName = 'ink' | 'soft' | 'accent' | 'negative' | 'positive' | 'line' | 'problem';

export interface PlotSeries {
  readonly label: string;
  /** One per x; null where there is none. */
  readonly values: readonly (number | null)[];
  readonly colour?: TokenName;
  readonly dashed?: boolean;
  /** The line goes on over places without a value. */
  readonly spanGaps?: boolean;
  /** A dot at every value. */
  readonly dots?: boolean;
}

export interface PlotContent {
  readonly x: readonly number[];
  readonly series: readonly PlotSeries[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Height in pixels; the width is that of the column. */
  readonly height?: number;
  readonly logarithmic?: boolean;
  /** From and to; what the values need unless given. */
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
}

export interface Chart {
  readonly update: (content: PlotContent) => void;
  readonly close: () => void;
}

const COLOURS: readonly TokenName[] = ['accent', 'positive', 'negative', 'ink'];

export function openChart(box: HTMLElement, content: PlotContent): Chart {
  const plot = new uPlot(optionsOf(box, content), dataOf(content), box);
  const observer = new ResizeObserver(() => {
    const width = box.clientWidth;
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: plot.height });
  });
  observer.observe(box);
  let shown = content;
  return {
    update: (next) => {
      if (next.x === shown.x && next.series.every((s, i) => s.values === shown.series[i]?.values))
        return;
      shown = next;
      plot.setData(dataOf(next));
    },
    close: () => {
      observer.disconnect();
      plot.destroy();
    },
  };
}

function dataOf({ x, series }: PlotContent): uPlot.AlignedData {
  return [[...x], ...series.map(({ values }) => [...values])];
}

function optionsOf(box: HTMLElement, content: PlotContent): uPlot.Options {
  const colour = (name: TokenName) => tokenColour(box, name);
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const axis = (label: string | undefined): uPlot.Axis => ({
    ...(label === undefined ? {} : { label, labelFont: font, labelSize: 20 }),
    font,
    stroke: colour('soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1, size: 4 },
  });
  return {
    width: Math.max(box.clientWidth, 200),
    height: content.height ?? 240,
    scales: {
      x: { time: false, ...rangeOf(content.xRange) },
      y: { distr: content.logarithmic ? 3 : 1, ...rangeOf(content.yRange) },
    },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    axes: [
      { ...axis(content.xLabel), ...wholeSteps(content.x) },
      { ...axis(content.yLabel), size: 56 },
    ],
    series: [
      {
        label: content.xLabel ?? 'x',
        value: (_, value) => (value === null ? '' : formatValue(value)),
      },
      ...content.series.map(
        (series, i): uPlot.Series => ({
          label: series.label,
          stroke: colour(series.colour ?? COLOURS[i % COLOURS.length] ?? 'accent'),
          width: 1.75,
          ...(series.dashed ? { dash: [5, 4] } : {}),
          spanGaps: series.spanGaps ?? false,
          points: { show: series.dots === true || isOnePoint, size: 7 },
          // Without a pointer there is no value to say.
          value: (_, value) => (value === null ? '' : formatValue(value)),
        }),
      ),
    ],
  };
}

const rangeOf = (range: PlotContent['xRange']): Pick<uPlot.Scale, 'range'> =>
  range === undefined ? {} : { range: [...range] };

const isOnePoint = (plot: uPlot): boolean => plot.data[0].length < 2;

/** Epochs and steps are counted: no marks between them. */
function wholeSteps(x: readonly number[]): Pick<uPlot.Axis, 'incrs'> {
  const steps = [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((e) => n * 10 ** e));
  return x.every(Number.isInteger) ? { incrs: steps.sort((a, b) => a - b) } : {};
}

/** A token may be a function of the theme; the browser says what it comes to. */
function tokenColour(box: HTMLElement, name: TokenName): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  box.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
