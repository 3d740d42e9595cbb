/**
 * @file A run as it goes: the curves, then each network. Shown by the page and, smaller, by the text.
 */
import { useMemo } from 'preact/hooks';
import { Plot } from '../../figures/plot.tsx';
import { curvesOf } from './curves.ts';
import type { RunState } from './machine.ts';
import { SideView } from './sideView.tsx';
import { titleOf } from './title.ts';

export function RunView({ state }: { readonly state: RunState }) {
  const { sides, settings } = state;
  const lookAt = (label: string) =>
    settings === null
      ? undefined
      : `#/look?from=${encodeURIComponent(titleOf({ label, settings }))}`;
  return (
    <>
      <Curves state={state} height={260} />
      <div class={sides.length > 1 ? 'trainSides isTwo' : 'trainSides'}>
        {sides.map((side, i) => (
          <SideView
            key={i}
            side={side}
            place={i === 0 ? 'first' : 'second'}
            look={lookAt(side.label)}
          />
        ))}
      </div>
    </>
  );
}

export function Curves({ state, height }: { readonly state: RunState; readonly height: number }) {
  const { sides } = state;
  const loss = useMemo(() => curvesOf(sides, 'loss'), [sides]);
  const accuracy = useMemo(() => curvesOf(sides, 'accuracy'), [sides]);
  return (
    <div class="trainCurves">
      <section>
        <h2>Loss</h2>
        <Plot
          {...loss}
          height={height}
          label="Loss by epochs, in training and on the test pictures"
        />
      </section>
      <section>
        <h2>Accuracy</h2>
        <Plot
          {...accuracy}
          height={height}
          label="Share of right answers by epochs, in training and on the test pictures"
        />
      </section>
    </div>
  );
}
