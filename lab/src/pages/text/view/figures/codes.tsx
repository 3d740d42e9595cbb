/**
 * @file The codes of the ten digits, and how far each two lie apart.
 */
import { BITMAP_HEIGHT, BITMAP_WIDTH, bitmapOf, distanceTable } from 'fovea/web';
import { HeatMap } from '../../../../figures/heatMap.tsx';
import { PictureCanvas } from '../../../../figures/pictureCanvas.tsx';

const DIGITS = [...'0123456789'];
const SHAPE = [BITMAP_HEIGHT, BITMAP_WIDTH, 1] as const;

export function Figure() {
  const distances = distanceTable(DIGITS);
  return (
    <div class="textWindow">
      <ul class="textCodes">
        {DIGITS.map((digit) => (
          <li key={digit}>
            <PictureCanvas pixels={pixelsOf(digit)} shape={SHAPE} label={`The code of ${digit}`} />
          </li>
        ))}
      </ul>
      <div class="textSquare">
        <HeatMap
          values={distances.flat()}
          rows={DIGITS.length}
          columns={DIGITS.length}
          label="Pixels in which the codes of two digits differ: a row and a column a digit"
          say={(pixels, { row, column }) => `${row} and ${column} differ in ${pixels} pixels`}
        />
      </div>
    </div>
  );
}

const pixelsOf = (digit: string): number[] =>
  bitmapOf(digit).flatMap((row) => [...row].map((cell) => (cell === '#' ? 0 : 255)));
