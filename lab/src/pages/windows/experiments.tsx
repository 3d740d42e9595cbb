/**
 * @file What is left of a shift and of noise after pooling: looked at and measured, live.
 */
import { type Disturbed, heightOf, poolDisturbed, widthOf } from 'fovea/web';
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { HeatMap } from '../../figures/heatMap.tsx';
import { formatShare } from '../../figures/numbers.ts';
import { NumberStepper } from '../../frame/controls/numberStepper.tsx';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { Slider } from '../../frame/controls/slider.tsx';
import { Note } from '../../frame/problem.tsx';
import { useFields } from '../../frame/state/hooks.ts';
import {
  digitPicture,
  disturbanceOf,
  experimentFields,
  findings,
  ownPicture,
} from './experiment.ts';
import { PictureButton } from './pictureButton.tsx';

/** Pixels a side of a picture of one's own. */
const OWN_SIDE = 56;

const noises = [
  { value: 'salt', text: 'Salt' },
  { value: 'pepper', text: 'Pepper' },
  { value: 'salt and pepper', text: 'Both' },
] as const;

export function Experiments() {
  const [state, change] = useFields(experimentFields);
  const [own, setOwn] = useState<readonly number[]>();
  const { digit, pool, poolStride } = state;
  const picture = useMemo(
    () => (own === undefined ? digitPicture(digit) : ownPicture(own, OWN_SIDE)),
    [own, digit],
  );
  const results = useMemo(
    () =>
      attempt(() =>
        poolDisturbed(
          picture,
          { window: [pool, pool], strides: [poolStride, poolStride] },
          disturbanceOf(state),
        ),
      ),
    [picture, state],
  );
  return (
    <section class="windowsSection">
      <h2>What pooling does to a shift and to noise</h2>
      <p>
        Pooling is said to make a network invariant to shifts and robust to noise. Move the picture,
        sprinkle white or black points over it, and see how much of the change is left.
      </p>
      <form class="windowsRow" onSubmit={(event) => event.preventDefault()}>
        <NumberStepper
          label="Digit"
          value={digit}
          from={0}
          to={9}
          onChange={(d) => {
            setOwn(undefined);
            change({ digit: d });
          }}
        />
        <NumberStepper
          label="Pooling window"
          value={pool}
          from={1}
          to={6}
          onChange={(k) => change({ pool: k })}
        />
        <NumberStepper
          label="Pooling stride"
          value={poolStride}
          from={1}
          to={6}
          onChange={(s) => change({ poolStride: s })}
        />
        <Slider
          label="Shift to the left"
          from={0}
          to={6}
          value={state.shift}
          say={(n) => `${n} px`}
          onChange={(shift) => change({ shift })}
        />
        <Slider
          label="Points of noise"
          from={0}
          to={30}
          value={Math.round(100 * state.density)}
          say={(n) => `${n} %`}
          onChange={(n) => change({ density: n / 100 })}
        />
        <Segmented
          label="Noise"
          value={state.noise}
          choices={noises}
          onChange={(noise) => change({ noise })}
        />
        <PictureButton side={OWN_SIDE} onPicture={setOwn} />
      </form>
      {results instanceof Error ? (
        <Note error={results} />
      ) : (
        <Results results={results} sentences={findings(results, state)} />
      )}
    </section>
  );
}

function attempt<T>(compute: () => T): T | Error {
  try {
    return compute();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const titles = { picture: 'The picture', max: 'Max', average: 'Average', min: 'Min' } as const;

interface ResultsProps {
  readonly results: readonly Disturbed[];
  readonly sentences: readonly string[];
}

export function Results({ results, sentences }: ResultsProps) {
  return (
    <div class="windowsOutcome">
      <div class="windowsResults">
        {results.map((result) => (
          <Result key={result.name} result={result} />
        ))}
      </div>
      {sentences.length > 0 && (
        <ul class="windowsFindings">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Result({ result }: { readonly result: Disturbed }) {
  const { name, before, after, changes, change, kept } = result;
  const size = { rows: heightOf(before), columns: widthOf(before) };
  const shared = { ...size, scale: 'grey', limit: 255, caption: false } as const;
  return (
    <div class="windowsResult">
      <h3>
        {titles[name]}{' '}
        <span class="small soft">
          {size.rows}×{size.columns}
        </span>
      </h3>
      <Stage title="before">
        <HeatMap {...shared} values={before.data} label={`${titles[name]} before`} />
      </Stage>
      <Stage title="after">
        <HeatMap {...shared} values={after.data} label={`${titles[name]} after`} />
      </Stage>
      <Stage title="what changed">
        <HeatMap
          {...shared}
          scale="diverging"
          values={changes.data}
          label={`${titles[name]}: what changed`}
        />
      </Stage>
      <p class="small">
        changed by <strong>{change.toFixed(1)}</strong> grey levels
        <br />
        <strong>{formatShare(kept, 0)}</strong> looks the same
      </p>
    </div>
  );
}

function Stage({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div>
      <span class="small soft">{title}</span>
      {children}
    </div>
  );
}
