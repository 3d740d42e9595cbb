/**
 * @file Windows: pooling and padding. One window over one input, its arithmetic, and what follows from it.
 *
 * Every number is the library's (`explainWindow`, `poolDisturbed`); this page asks and shows. What is asked is in
 * the address (`fields.ts`).
 */
import './windows.css';
import { explainWindow, type WindowAnswer } from 'fovea/web';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { Note } from '../../frame/problem.tsx';
import { currentAddress } from '../../frame/state/address.ts';
import { readFields } from '../../frame/state/fields.ts';
import { useFields } from '../../frame/state/hooks.ts';
import { Arithmetic, Sizes } from './arithmetic.tsx';
import { Board } from './board.tsx';
import { Experiments } from './experiments.tsx';
import { fields, inputOf, questionOf, type WindowState } from './fields.ts';
import { InputTools, type Tool } from './inputTools.tsx';
import { countOf, placeOf } from './place.ts';
import { usePlayer } from './player.ts';
import { Coverage, Strides } from './seen.tsx';
import { Presets, Settings } from './settings.tsx';
import { StepBar } from './stepBar.tsx';

export function Page() {
  const [state, change] = useFields(fields);
  const { at, ...asked } = state;
  const key = JSON.stringify(asked);
  const answer = useMemo(() => askLibrary(state), [key]);
  return (
    <article class="windows">
      <header class="windowsHead">
        <h1>Windows</h1>
        <p class="lead">
          A window slides over a picture and gives one number wherever it stops. That is all of
          convolution and pooling; padding decides what happens at the border.
        </p>
      </header>
      <Presets state={state} change={change} />
      {answer instanceof Error ? null : <InShort answer={answer} />}
      <div class="windowsMain">
        {answer instanceof Error ? (
          <Note error={answer} />
        ) : (
          <Live state={state} change={change} answer={answer} />
        )}
        <Settings state={state} change={change} />
      </div>
      {answer instanceof Error ? null : (
        <div class="windowsFollows">
          <Coverage answer={answer} />
          <Strides answer={answer} />
        </div>
      )}
      <Experiments />
    </article>
  );
}

/** The text's question in one sentence: what the two amounts of padding make of the size. */
function InShort({ answer: { question, strideTable } }: { readonly answer: WindowAnswer }) {
  const row = strideTable.find(({ strides }) => strides[0] === question.strides[0]);
  if (row === undefined) return null;
  const valid = row.valid === null ? 'no output at all' : row.valid.output.join('×');
  return (
    <p class="windowsShort">
      A {question.kernel.join('×')} window over {question.input.join('×')} with stride{' '}
      {question.strides[0]} gives <strong>{valid}</strong> without padding (<em>valid</em>) and{' '}
      <strong>{row.same.output.join('×')}</strong> with <em>same</em> padding.
    </p>
  );
}

function askLibrary(state: WindowState): WindowAnswer | Error {
  try {
    return explainWindow(questionOf(state));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface LiveProps {
  readonly state: WindowState;
  readonly change: (changes: Partial<WindowState>) => void;
  readonly answer: WindowAnswer;
}

/** Everything that moves: the board, the steps, the arithmetic of the place. */
function Live({ state, change, answer }: LiveProps) {
  const [tool, setTool] = useState<Tool>('move');
  const { output } = answer;
  const count = output[0] * output[1];
  const place = placeOf(state.at, output);
  const at = countOf(place, output);
  const step = useCallback(() => change({ at: (nowAt() + 1) % count }), [count, change]);
  const player = usePlayer(step);
  const go = (next: number) => {
    player.stop();
    change({ at: next });
  };
  const paint = (row: number, column: number) => {
    const [rows, columns] = state.size;
    if (row < 0 || row >= rows || column < 0 || column >= columns) return;
    const values = inputOf(state);
    const ink = Math.max(9, ...values);
    change({ values: values.with(row * columns + column, tool === 'draw' ? ink : 0) });
  };
  return (
    <div class="windowsLive">
      <Board
        answer={answer}
        state={state}
        place={place}
        onPlace={(next) => go(countOf(next, output))}
        onPaint={tool === 'move' ? undefined : paint}
      />
      <StepBar at={at} count={count} playing={player.playing} onAt={go} onPlay={player.toggle} />
      <Arithmetic answer={answer} place={place} aloud={!player.playing} />
      <Sizes answer={answer} />
      <InputTools state={state} change={change} tool={tool} onTool={setTool} />
    </div>
  );
}

/** Where the window stands by now: a timer's step begins there. */
function nowAt(): number {
  return readFields(fields, new URLSearchParams(currentAddress().query)).at;
}
