/**
 * @file A round, soft pen: draws a path into a small gray picture through its distance field.
 *
 * A pixel's ink depends on its distance d to the path: full within the pen's radius, none beyond, and a
 * smooth edge of `softness` pixels between. Where strokes cross, the darker one counts.
 */

/** Points of one stroke as x0, y0, radius0, x1, y1, radius1, ... in pixels. */
export interface Path {
  readonly points: Float64Array;
  readonly count: number;
}

/** Draws over `picture` (size x size, 0..1); keeps the larger ink. */
export function drawPath(path: Path, softness: number, picture: Float32Array, size: number): void {
  const { points, count } = path;
  for (let i = 0; i + 1 < count; i++) {
    drawSegment(points, 3 * i, softness, picture, size);
  }
}

function drawSegment(
  points: Float64Array,
  at: number,
  softness: number,
  picture: Float32Array,
  size: number,
): void {
  const x0 = points[at];
  const y0 = points[at + 1];
  const radius0 = points[at + 2];
  const dx = points[at + 3] - x0;
  const dy = points[at + 4] - y0;
  const dr = points[at + 5] - radius0;
  const reach = Math.max(radius0, radius0 + dr) + softness;
  const left = Math.max(0, Math.ceil(Math.min(x0, x0 + dx) - reach - 0.5));
  const right = Math.min(size - 1, Math.floor(Math.max(x0, x0 + dx) + reach - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(y0, y0 + dy) - reach - 0.5));
  const bottom = Math.min(size - 1, Math.floor(Math.max(y0, y0 + dy) + reach - 0.5));
  const squared = dx * dx + dy * dy;
  const perLength = squared > 0 ? 1 / squared : 0;
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x0;
      const py = row + 0.5 - y0;
      // Nearest point of the segment: t in [0, 1] along it.
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) * perLength));
      const ex = px - t * dx;
      const ey = py - t * dy;
      const distance = Math.sqrt(ex * ex + ey * ey);
      const ink = (radius0 + t * dr - distance) / softness + 0.5;
      const pixel = row * size + column;
      if (ink > picture[pixel]) picture[pixel] = ink < 1 ? ink : 1;
    }
  }
}
