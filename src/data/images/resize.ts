/**
 * @file Changes the size of a picture: averages areas when it shrinks, interpolates when it grows.
 *
 * One axis after the other. An output pixel that shrinks by r = from / to covers [i r, (i + 1) r) of the
 * input and takes every pixel in proportion to the part it covers. The same size changes nothing.
 */

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** (height, width, channels). */
  readonly values: Float32Array;
}

export function resize(plane: Plane, width: number, height: number): Plane {
  const { channels } = plane;
  // Columns first: pixels of a row lie `channels` apart, rows follow each other.
  const across = resampleAxis(plane.values, {
    outer: plane.height,
    from: plane.width,
    to: width,
    inner: channels,
  });
  const down = resampleAxis(across, {
    outer: 1,
    from: plane.height,
    to: height,
    inner: width * channels,
  });
  return { width, height, channels, values: down };
}

interface Axis {
  readonly outer: number;
  readonly from: number;
  readonly to: number;
  readonly inner: number;
}

/** (outer, from, inner) to (outer, to, inner). */
function resampleAxis(values: Float32Array, { outer, from, to, inner }: Axis): Float32Array {
  if (from === to) return values;
  const result = new Float32Array(outer * to * inner);
  const weights = Array.from({ length: to }, (_, i) => weightsOf(i, from, to));
  // Line by line: what is read next lies next to what was read.
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < to; i++) {
      const target = (o * to + i) * inner;
      for (const { index, weight } of weights[i]) {
        const source = (o * from + index) * inner;
        for (let k = 0; k < inner; k++) result[target + k] += weight * values[source + k];
      }
    }
  }
  return result;
}

/** Which input pixels make up output pixel i, and how much each; the weights sum to 1. */
function weightsOf(i: number, from: number, to: number): { index: number; weight: number }[] {
  const ratio = from / to;
  if (ratio < 1) {
    const centre = Math.min(from - 1, Math.max(0, (i + 0.5) * ratio - 0.5));
    const index = Math.min(Math.floor(centre), Math.max(0, from - 2));
    const right = centre - index;
    return [
      { index, weight: 1 - right },
      { index: Math.min(index + 1, from - 1), weight: right },
    ];
  }
  const begin = i * ratio;
  const end = begin + ratio;
  const weights: { index: number; weight: number }[] = [];
  for (let index = Math.floor(begin); index < Math.min(from, end); index++) {
    const covered = Math.min(index + 1, end) - Math.max(index, begin);
    if (covered > 0) weights.push({ index, weight: covered / ratio });
  }
  return weights;
}
