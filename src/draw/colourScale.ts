/**
 * @file The one colour scale for values: blue below zero, paper (or ink black) at zero, orange above.
 *
 * Colours are interpolated in OKLab, where equal steps look equal; blue and orange differ for every common
 * kind of colour blindness. Pictures use `grey`: black at 0, white at 1. Oklab: Ottosson, 2020.
 */

/** Of the page on which the values lie. */
export type Theme = 'light' | 'dark';

export type Rgb = readonly [number, number, number];

/** `diverging` takes -1..1, `grey` takes 0..1; what lies beyond is held at the end. */
export type ScaleName = 'diverging' | 'grey';

/** Ends and middle by theme; the lab's `tokens.css` has them as --negative and --positive. */
const ENDS: Readonly<Record<Theme, { negative: Rgb; neutral: Rgb; positive: Rgb }>> = {
  light: { negative: [31, 95, 168], neutral: [252, 251, 248], positive: [180, 84, 10] },
  dark: { negative: [111, 177, 245], neutral: [19, 21, 24], positive: [245, 154, 75] },
};

/** Colours either side of zero. */
const STEPS = 256;

const tables = new Map<string, readonly Rgb[]>();

/** The colour of a value that was divided by the largest there is. Not a number: neutral. */
export function colourAt(share: number, theme: Theme, scale: ScaleName = 'diverging'): Rgb {
  const table = tableOf(theme, scale);
  const from = scale === 'grey' ? 0 : -1;
  const clear = Number.isNaN(share) ? 0 : share;
  const place = Math.min(1, Math.max(0, (clear - from) / (1 - from)));
  return table[Math.round(place * (table.length - 1))] ?? ENDS[theme].neutral;
}

/** "rgb(31 95 168)" */
export const cssOf = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;

/** Black or white, whichever reads better on a colour. */
export function inkOn(colour: Rgb): '#000000' | '#ffffff' {
  const light = luminance(colour);
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? '#000000' : '#ffffff';
}

/** WCAG's contrast of two colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The largest magnitude, which gets the full colour; 1 where all is zero. */
export function limitOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] ?? 0);
    if (size > most && size < Number.POSITIVE_INFINITY) most = size;
  }
  return most === 0 ? 1 : most;
}

/** Red, green, blue, opacity of every value, for a canvas of one pixel a value. */
export function paint(
  values: ArrayLike<number>,
  limit: number,
  theme: Theme,
  scale: ScaleName = 'diverging',
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i++) {
    const colour = colourAt((values[i] ?? 0) / limit, theme, scale);
    pixels.set(colour, 4 * i);
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

function tableOf(theme: Theme, scale: ScaleName): readonly Rgb[] {
  const key = `${theme} ${scale}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const table = scale === 'grey' ? greys() : diverging(theme);
  tables.set(key, table);
  return table;
}

const greys = (): Rgb[] => Array.from({ length: 256 }, (_, i): Rgb => [i, i, i]);

function diverging(theme: Theme): Rgb[] {
  const { negative, neutral, positive } = ENDS[theme];
  const below = Array.from({ length: STEPS }, (_, i) => mixed(negative, neutral, i / STEPS));
  const above = Array.from({ length: STEPS + 1 }, (_, i) => mixed(neutral, positive, i / STEPS));
  return [...below, ...above];
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const [a, b] = [oklabOf(from), oklabOf(to)];
  const between = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * share;
  return rgbOf([between(0), between(1), between(2)]);
}

const linear = (channel: number): number => {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};
const channelOf = (c: number): number =>
  Math.round(
    255 * Math.min(1, Math.max(0, c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)),
  );

function luminance([r, g, b]: Rgb): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function oklabOf(colour: Rgb): Rgb {
  const [r, g, b] = [linear(colour[0]), linear(colour[1]), linear(colour[2])];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function rgbOf([L, a, b]: Rgb): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    channelOf(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channelOf(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channelOf(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
