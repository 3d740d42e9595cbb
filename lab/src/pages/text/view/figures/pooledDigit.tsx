/**
 * @file One digit, pooled by the largest, the mean and the smallest: as it is, moved, or with noise on it.
 */
import '../../../windows/windows.css';
import { type Disturbed, heightOf, type Noise, poolDisturbed, widthOf } from 'fovea/web';
import { useMemo, useState } from 'preact/hooks';
import { HeatMap } from '../../../../figures/heatMap.tsx';
import { Segmented } from '../../../../frame/controls/segmented.tsx';
import { Slider } from '../../../../frame/controls/slider.tsx';
import { digitPicture } from '../../../windows/experiment.ts';
import { Results } from '../../../windows/experiments.tsx';
import type { FigureSpec } from '../../figureSpec.ts';
import { DENSITY, DIGIT, NOISE_SEED, poolingWindow } from '../../numbers/windows.ts';

const NOISES = [
  { value: 'salt', text: 'Salt' },
  { value: 'pepper', text: 'Pepper' },
] as const;
const MOST_SHIFT = 4;

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'pooledDigit' }> }) {
  const [shift, setShift] = useState(1);
  const [noise, setNoise] = useState<Noise>('salt');
  const { show } = spec;
  const results = useMemo(() => {
    const pooling = { window: poolingWindow, strides: poolingWindow };
    return poolDisturbed(digitPicture(DIGIT), pooling, {
      shift: show === 'shift' ? shift : 0,
      density: show === 'noise' ? DENSITY : 0,
      noise,
      seed: NOISE_SEED,
    });
  }, [show, shift, noise]);
  if (show === 'pooling') return <Pooled results={results} />;
  return (
    <div class="textWindow">
      <div class="textChoices">
        {show === 'shift' ? (
          <Slider
            label="Moved to the left"
            value={shift}
            from={0}
            to={MOST_SHIFT}
            say={(pixels) => `${pixels} px`}
            onChange={setShift}
          />
        ) : (
          <Segmented label="Noise" value={noise} choices={NOISES} onChange={setNoise} />
        )}
      </div>
      <Results results={results} sentences={[]} />
    </div>
  );
}

const TITLES = { picture: 'The digit', max: 'Max', average: 'Average', min: 'Min' } as const;

function Pooled({ results }: { readonly results: readonly Disturbed[] }) {
  return (
    <div class="textRow">
      {results.map(({ name, before }) => (
        <div key={name}>
          <span class="small soft">
            {TITLES[name]}, {heightOf(before)} × {widthOf(before)}
          </span>
          <HeatMap
            values={before.data}
            rows={heightOf(before)}
            columns={widthOf(before)}
            limit={255}
            scale="grey"
            caption={false}
            label={`${TITLES[name]} of ${heightOf(before)} by ${widthOf(before)} numbers`}
          />
        </div>
      ))}
    </div>
  );
}
