/**
 * @file How much each place of the picture adds to the answer: what covering it costs.
 */
import { HeatMap } from '../../figures/heatMap.tsx';
import { formatShare } from '../../figures/numbers.ts';
import { Slider } from '../../frame/controls/slider.tsx';
import type { Eye, Sight } from './eye.ts';
import { useOcclusion } from './useEye.ts';

interface CoveredProps {
  readonly eye: Eye;
  readonly sight: Sight | undefined;
  readonly size: number;
  readonly onSize: (size: number) => void;
}

export function Covered({ eye, sight, size, onSize }: CoveredProps) {
  const map = useOcclusion(eye, sight, size);
  const name = sight?.look?.classes[sight.look.answer] ?? '';
  return (
    <section class="lookCovered" aria-labelledby="lookCovered">
      <h2 id="lookCovered">What speaks for it</h2>
      {map === undefined ? (
        <div class="lookNoMap" />
      ) : (
        <HeatMap
          values={map.values}
          rows={map.rows}
          columns={map.columns}
          label={`What covering each place costs ${name}`}
          say={(fall, { row, column }) =>
            `Covering row ${row}, column ${column} ${fall < 0 ? 'adds' : 'costs'} ${formatShare(Math.abs(fall))}`
          }
        />
      )}
      <Slider
        label="Side of the square that covers"
        value={size}
        from={1}
        to={15}
        onChange={onSize}
      />
      <p class="soft small">
        How far the probability of {name === '' ? 'the answer' : name} falls when a square of paper
        covers the place{map === undefined ? '' : `: by ${formatShare(most(map.values))} at most`}.
      </p>
    </section>
  );
}

const most = (values: Float32Array): number => values.reduce((a, b) => Math.max(a, b), 0);
