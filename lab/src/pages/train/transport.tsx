/**
 * @file Play, pause, one step, start over; where the run stands and what computes it.
 */
import { Button } from '../../frame/controls/button.tsx';
import { allowed, type Phase, type RunState } from './machine.ts';
import { sameRun, type TrainSettings } from './settings.ts';
import type { Trainer } from './trainer.ts';
import { goOnInWords, PLAIN_LOOPS, shareDone, speedInWords, statusInWords } from './words.ts';

interface TransportProps {
  readonly trainer: Trainer;
  readonly state: RunState;
  readonly settings: TrainSettings;
}

export function Transport({ trainer, state, settings }: TransportProps) {
  const may = allowed(state);
  const { phase, sides, plan, plainLoops, failure, note } = state;
  const isOther = state.settings !== null && !sameRun(settings, state.settings);
  const startOver = async () => {
    await trainer.reset();
    await trainer.play(settings);
  };
  return (
    <section class="trainTransport" aria-label="Run">
      <div class="trainButtons">
        {may.pause ? (
          <Button kind="primary" onClick={() => void trainer.pause()}>
            <Sign path="M7 5v14M17 5v14" /> Pause
          </Button>
        ) : (
          <Button kind="primary" onClick={() => void trainer.play(settings)}>
            <Sign path="M8 5l11 7-11 7z" filled /> {playWords[phase] ?? 'Play'}
          </Button>
        )}
        <Button disabled={!may.step} onClick={() => void trainer.step(settings)}>
          <Sign path="M6 5l8 7-8 7zM18 5v14" /> One step
        </Button>
        <Button disabled={!may.reset} onClick={() => void trainer.reset()}>
          <Sign path="M5 12a7 7 0 1 0 2.5-5.4M5 4v4h4" /> Start over
        </Button>
      </div>
      <div class="trainStatus">
        <p>{statusInWords(state)}</p>
        <progress class="trainProgress" max={1} value={shareDone(sides)} aria-label="Done" />
        <p class="soft small">
          {sides.map((side) => (
            <span key={side.label} class="trainSpeed">
              {side.label !== '' && `${side.label}: `}
              {speedInWords(side)}
            </span>
          ))}
          {plan !== '' && <span class="trainPlan">{plan}</span>}
        </p>
      </div>
      <p class="visuallyHidden" aria-live="polite">
        {phase === 'running'
          ? `Training, epoch ${(sides[0]?.epoch ?? 0) + 1}`
          : statusInWords(state)}
      </p>
      {note !== '' && <p class="trainNote">{note}</p>}
      {plainLoops && <p class="trainNote">{PLAIN_LOOPS}</p>}
      {isOther && (
        <p class="trainNote">
          The settings were changed; what runs has those of its start.{' '}
          <Button kind="quiet" onClick={() => void startOver()}>
            Start over with these
          </Button>
        </p>
      )}
      {failure !== null && (
        <div class="trainNote isProblem" role="alert">
          <p class="problemWords">{failure.words}</p>
          {failure.resumesAt !== null && (
            <Button onClick={() => void trainer.play(settings)}>
              {goOnInWords(failure.resumesAt)}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

const playWords: Partial<Record<Phase, string>> = {
  paused: 'Go on',
  done: 'Play again',
  failed: 'Play again',
};

function Sign({ path, filled = false }: { readonly path: string; readonly filled?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
      <path
        d={path}
        fill={filled ? 'currentColor' : 'none'}
        stroke="currentColor"
        stroke-width="2"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}
