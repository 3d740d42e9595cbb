/**
 * @file Plays the window over its places: a step at a time until it is stopped.
 */
import { useEffect, useState } from 'preact/hooks';

/** Milliseconds on each place. */
const PACE = 650;

export interface Player {
  readonly playing: boolean;
  readonly toggle: () => void;
  readonly stop: () => void;
}

/** Calls `step` at the pace while it plays; a tab out of sight waits. */
export function usePlayer(step: () => void): Player {
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) step();
    }, PACE);
    return () => clearInterval(timer);
  }, [playing, step]);
  return {
    playing,
    toggle: () => setPlaying((now) => !now),
    stop: () => setPlaying(false),
  };
}
