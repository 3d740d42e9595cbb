/**
 * @file A trainer's state as state of a component: at most one drawing a frame, none while the page is hidden.
 */
import { useEffect, useState } from 'preact/hooks';
import type { RunState } from './machine.ts';
import type { Trainer } from './trainer.ts';

export function useRunState(trainer: Trainer): RunState {
  const [state, setState] = useState(trainer.state);
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      frame = 0;
      setState(trainer.state);
    };
    const stop = trainer.listen(() => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    });
    setState(trainer.state);
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [trainer]);
  return state;
}
