/**
 * @file A network that trains in the text: the Train page's buttons and curves, with a worker of its own.
 */
import '../../../train/train.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { NumberStepper } from '../../../../frame/controls/numberStepper.tsx';
import { readFields } from '../../../../frame/state/fields.ts';
import { openTrainer } from '../../../train/pageTrainer.ts';
import { Curves } from '../../../train/runView.tsx';
import { trainFields } from '../../../train/settings.ts';
import { Transport } from '../../../train/transport.tsx';
import { useRunState } from '../../../train/useRunState.ts';
import type { FigureSpec } from '../../figureSpec.ts';

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'training' }> }) {
  const first = useMemo(() => readFields(trainFields, new URLSearchParams(spec.query)), [spec]);
  const [seed, setSeed] = useState(first.seed);
  // The worker starts with the first press of play, and ends when the chapter is left.
  const trainer = useMemo(openTrainer, [spec]);
  useEffect(() => () => void trainer.close(), [trainer]);
  const state = useRunState(trainer);
  const settings = { ...first, seed, keep: false };
  return (
    <div class="textTraining">
      <div class="textChoices">
        <strong>{spec.label}</strong>
        <NumberStepper label="Seed" value={seed} from={0} to={999} onChange={setSeed} />
      </div>
      <Transport trainer={trainer} state={state} settings={settings} />
      {state.sides.length > 0 && <Curves state={state} height={180} />}
    </div>
  );
}
