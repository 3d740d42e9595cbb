/**
 * @file Where the page's training stands, and what may be done there: phases, and the way from one to the next.
 *
 *   idle --play, step--> preparing --> running <--> paused --> done
 *                            |            |           |
 *                            +------------+-----------+--> failed --go on--> preparing
 *   reset leads back to idle from everywhere; play begins anew where a run is over.
 *
 * A function from state and happening to state; `trainer.ts` makes things happen.
 */
import type { WorkerRunEvent } from 'fovea/web';
import { lookedAt, type SideRecord, type Tested, told } from './record.ts';
import type { TrainSettings } from './settings.ts';

export type Phase = 'idle' | 'preparing' | 'running' | 'paused' | 'done' | 'failed';

export interface RunState {
  readonly phase: Phase;
  /** What is being done, while it is prepared. */
  readonly doing: string;
  /** Of what runs or ran last; null before the first start. */
  readonly settings: TrainSettings | null;
  readonly sides: readonly SideRecord[];
  /** The engine's plan line, once it is open. */
  readonly plan: string;
  /** True where there is no WebAssembly and plain loops compute. */
  readonly plainLoops: boolean;
  readonly failure: Failure | null;
  /** What is not as it was asked for, in words; empty where all is. */
  readonly note: string;
}

export interface Failure {
  readonly words: string;
  /** The step that a kept checkpoint stands at; null where there is none to go on from. */
  readonly resumesAt: number | null;
}

export type Happening =
  | { readonly type: 'preparing'; readonly doing: string; readonly settings: TrainSettings }
  | { readonly type: 'engine'; readonly plan: string; readonly plainLoops: boolean }
  | { readonly type: 'ready'; readonly sides: readonly SideRecord[]; readonly paused: boolean }
  | { readonly type: 'event'; readonly side: number; readonly event: WorkerRunEvent }
  | { readonly type: 'tested'; readonly side: number; readonly tested: Tested }
  | { readonly type: 'note'; readonly words: string }
  | { readonly type: 'pause' | 'resume' | 'reset' }
  | { readonly type: 'sideFailed'; readonly side: number; readonly words: string }
  | { readonly type: 'failed'; readonly failure: Failure };

export const idle: RunState = {
  phase: 'idle',
  doing: '',
  settings: null,
  sides: [],
  plan: '',
  plainLoops: false,
  failure: null,
  note: '',
};

export function after(state: RunState, happening: Happening): RunState {
  switch (happening.type) {
    case 'preparing': {
      const { doing, settings } = happening;
      return { ...state, phase: 'preparing', doing, settings, failure: null };
    }
    case 'engine':
      return { ...state, plan: happening.plan, plainLoops: happening.plainLoops };
    case 'ready':
      return {
        ...state,
        phase: happening.paused ? 'paused' : 'running',
        doing: '',
        sides: happening.sides,
      };
    case 'note':
      return { ...state, note: happening.words };
    case 'event':
      return settled(changed(state, happening.side, (side) => told(side, happening.event)));
    case 'tested':
      return changed(state, happening.side, (side) => lookedAt(side, happening.tested));
    case 'pause':
      return state.phase === 'running' ? { ...state, phase: 'paused' } : state;
    case 'resume':
      return state.phase === 'paused' ? { ...state, phase: 'running' } : state;
    case 'reset':
      return { ...idle, plan: state.plan, plainLoops: state.plainLoops };
    case 'sideFailed':
      return settled(
        changed(state, happening.side, (side) => ({
          ...side,
          status: 'failed',
          failure: happening.words,
        })),
      );
    case 'failed':
      return { ...state, phase: 'failed', doing: '', failure: happening.failure };
  }
}

function changed(
  state: RunState,
  index: number,
  change: (side: SideRecord) => SideRecord,
): RunState {
  return { ...state, sides: state.sides.map((side, i) => (i === index ? change(side) : side)) };
}

/** When all networks have come to an end, so has the run. */
function settled(state: RunState): RunState {
  const { sides, phase } = state;
  const isOver = sides.every(({ status }) => status === 'done' || status === 'failed');
  if (!isOver || phase === 'failed' || phase === 'done') return state;
  const failures = sides.flatMap(({ failure, label }) =>
    failure === null ? [] : [label === '' ? failure : `${label}: ${failure}`],
  );
  if (failures.length === 0) return { ...state, phase: 'done' };
  return { ...state, phase: 'failed', failure: { words: failures.join('\n'), resumesAt: null } };
}

/**
 * What the buttons offer in this phase. While a run is prepared they do nothing and stay: a button that is taken
 * away takes the keyboard's focus with it.
 */
export function allowed({ phase }: RunState) {
  return {
    pause: phase === 'running',
    step: phase !== 'done' && phase !== 'failed',
    reset: phase !== 'idle',
  };
}
