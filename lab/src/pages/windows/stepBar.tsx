/**
 * @file Moves the window: back, play, on, and a slider over all of its places.
 */
import { Button } from '../../frame/controls/button.tsx';
import { Slider } from '../../frame/controls/slider.tsx';

interface StepProps {
  readonly at: number;
  readonly count: number;
  readonly playing: boolean;
  readonly onAt: (at: number) => void;
  readonly onPlay: () => void;
}

export function StepBar({ at, count, playing, onAt, onPlay }: StepProps) {
  const alone = count === 1;
  return (
    <div class="windowsSteps">
      <Button name="Step back" disabled={alone} onClick={() => onAt((at + count - 1) % count)}>
        <Sign path="M14 6 8 12l6 6z" />
      </Button>
      <Button name={playing ? 'Pause' : 'Play'} kind="primary" disabled={alone} onClick={onPlay}>
        <Sign path={playing ? 'M8 6h3v12H8zM13 6h3v12h-3z' : 'M9 6l8 6-8 6z'} />
      </Button>
      <Button name="Step on" disabled={alone} onClick={() => onAt((at + 1) % count)}>
        <Sign path="M10 6l6 6-6 6z" />
      </Button>
      <div class="windowsStepSlider">
        <Slider
          label="Place of the window"
          from={1}
          to={count}
          value={at + 1}
          say={(n) => `${n} of ${count}`}
          onChange={(n) => onAt(n - 1)}
        />
      </div>
    </div>
  );
}

function Sign({ path }: { readonly path: string }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={path} fill="currentColor" />
    </svg>
  );
}
