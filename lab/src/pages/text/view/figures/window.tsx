/**
 * @file A window that slides: the board, the steps and the arithmetic of the Windows page, with a few choices.
 */
import '../../../windows/windows.css';
import { explainWindow } from 'fovea/web';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { NumberStepper } from '../../../../frame/controls/numberStepper.tsx';
import { Segmented } from '../../../../frame/controls/segmented.tsx';
import { Arithmetic } from '../../../windows/arithmetic.tsx';
import { Board } from '../../../windows/board.tsx';
import { questionOf, type WindowState } from '../../../windows/fields.ts';
import { countOf, placeOf } from '../../../windows/place.ts';
import { usePlayer } from '../../../windows/player.ts';
import { StepBar } from '../../../windows/stepBar.tsx';
import type { FigureSpec } from '../../figureSpec.ts';
import { windowStateOf } from '../../numbers/windows.ts';

const OPS = [
  { value: 'max', text: 'Max' },
  { value: 'avg', text: 'Average' },
  { value: 'min', text: 'Min' },
  { value: 'conv', text: 'Convolution' },
] as const;
const PADDINGS = [
  { value: 'valid', text: 'Valid' },
  { value: 'same', text: 'Same' },
] as const;

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'window' }> }) {
  const [state, setState] = useState<WindowState>(() => windowStateOf(spec.state));
  const { at, ...asked } = state;
  const key = JSON.stringify(asked);
  const answer = useMemo(() => explainWindow(questionOf(state)), [key]);
  const { output } = answer;
  const count = output[0] * output[1];
  const place = placeOf(at, output);
  const change = (changes: Partial<WindowState>) => setState((now) => ({ ...now, ...changes }));
  const step = useCallback(
    () => setState((now) => ({ ...now, at: (now.at + 1) % count })),
    [count],
  );
  const player = usePlayer(step);
  const go = (next: number) => {
    player.stop();
    change({ at: next });
  };
  return (
    <div class="textWindow">
      <div class="textChoices">
        <Segmented
          label="Operation"
          value={state.op}
          choices={OPS}
          onChange={(op) => change({ op, at: 0 })}
        />
        <Segmented
          label="Padding"
          value={state.padding === 'same' ? 'same' : 'valid'}
          choices={PADDINGS}
          onChange={(padding) => change({ padding, at: 0 })}
        />
        <NumberStepper
          label="Stride"
          value={state.stride}
          from={1}
          to={state.kernel}
          onChange={(stride) => change({ stride, at: 0 })}
        />
      </div>
      <Board
        answer={answer}
        state={state}
        place={place}
        onPlace={(next) => go(countOf(next, output))}
        onPaint={undefined}
      />
      <StepBar
        at={countOf(place, output)}
        count={count}
        playing={player.playing}
        onAt={go}
        onPlay={player.toggle}
      />
      <Arithmetic answer={answer} place={place} aloud={!player.playing} />
    </div>
  );
}
