/**
 * @file Runs: what was trained, in the folder of `fovea lab` and in this browser; curves over one another, what
 * differs, the mistakes. Next stops: `runs.ts`, what is said; `sources.ts`, where from.
 */
import './runs.css';
import { comparedRuns, type ListedRun } from 'fovea/web';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { Note } from '../../frame/problem.tsx';
import { asText, choice } from '../../frame/state/fields.ts';
import { useFields } from '../../frame/state/hooks.ts';
import { Comparison } from './comparison.tsx';
import { DeleteButton } from './deleteButton.tsx';
import { Mistakes } from './mistakes.tsx';
import { RunTable } from './runTable.tsx';
import { openBrowser, openFolder, type RunSource, type SourceName } from './sources.ts';
import { ZipOpener } from './zipOpener.tsx';

const fields = {
  from: choice<SourceName>('folder', ['folder', 'browser']),
  /** Names of the runs that are compared; a name holds no slash. */
  runs: asText<readonly string[]>(
    [],
    (text) => text.split('/').filter((name) => name !== ''),
    (names) => names.join('/'),
  ),
  measure: choice<comparedRuns.Measure>('loss', ['loss', 'accuracy']),
};

interface Found {
  /** Undefined where there is no lab's server. */
  readonly folder: RunSource | undefined;
  readonly browser: RunSource | undefined;
  /** Why the browser has none. */
  readonly refusal: unknown;
}

async function find(): Promise<Found> {
  const folder = await openFolder();
  try {
    return { folder, browser: await openBrowser(), refusal: undefined };
  } catch (refusal) {
    return { folder, browser: undefined, refusal };
  }
}

export function Page() {
  const [state, change] = useFields(fields);
  const [found, setFound] = useState<Found>();
  const [problem, setProblem] = useState<unknown>();
  const refresh = useCallback(
    () => find().then(setFound, (error: unknown) => setProblem(error)),
    [],
  );
  useEffect(() => void refresh(), []);

  const from = found?.folder === undefined ? 'browser' : state.from;
  const source = found?.[from];
  return (
    <article class="runs">
      <h1>Runs</h1>
      <p class="lead">
        What was trained, kept as files that can be repeated to the bit: curves laid over one
        another, the options that differ, and what was read wrongly.
      </p>
      {problem !== undefined && <Note error={problem} />}
      {found === undefined && problem === undefined && (
        <p class="loading" role="status">
          Looking for runs
        </p>
      )}
      {found !== undefined && (
        <div class="runsBar">
          {found.folder !== undefined && (
            <Segmented
              label="Where"
              value={from}
              choices={[
                { value: 'folder', text: 'This folder' },
                { value: 'browser', text: 'This browser' },
              ]}
              onChange={(value) => change({ from: value, runs: [] })}
            />
          )}
          {found.browser !== undefined && (
            <ZipOpener
              onKept={(name) => {
                change({ from: 'browser', runs: [name] });
                void refresh();
              }}
            />
          )}
        </div>
      )}
      {found !== undefined && from === 'browser' && found.refusal !== undefined && (
        <Note error={found.refusal} />
      )}
      {source !== undefined && (
        <Shown
          source={source}
          chosen={state.runs}
          measure={state.measure}
          onChoose={(runs) => change({ runs })}
          onMeasure={(measure) => change({ measure })}
          onChanged={() => void refresh()}
        />
      )}
    </article>
  );
}

interface ShownProps {
  readonly source: RunSource;
  readonly chosen: readonly string[];
  readonly measure: comparedRuns.Measure;
  readonly onChoose: (names: readonly string[]) => void;
  readonly onMeasure: (measure: comparedRuns.Measure) => void;
  readonly onChanged: () => void;
}

function Shown({ source, chosen, measure, onChoose, onMeasure, onChanged }: ShownProps) {
  const readable = source.runs.filter(comparedRuns.isReadable);
  const broken = source.runs.filter(({ fault }) => fault !== null);
  const named = chosen.flatMap((name) => readable.filter((run) => run.name === name));
  // Nothing chosen: the newest one.
  const newest = readable.toSorted((a, b) => (a.record.startedAt < b.record.startedAt ? 1 : -1));
  const compared = (named.length > 0 ? named : newest.slice(0, 1)).slice(
    0,
    comparedRuns.MOST_COMPARED,
  );
  if (source.runs.length === 0) return <Empty source={source} />;
  return (
    <>
      <RunTable
        source={source}
        runs={readable}
        compared={compared.map(({ name }) => name)}
        onChoose={onChoose}
        onChanged={onChanged}
      />
      {broken.length > 0 && <Broken runs={broken} source={source} onChanged={onChanged} />}
      {compared.length > 0 && (
        <>
          <Comparison runs={compared} measure={measure} onMeasure={onMeasure} />
          <Mistakes source={source} runs={compared} />
        </>
      )}
    </>
  );
}

function Empty({ source }: { readonly source: RunSource }) {
  const isBrowser = source.remove !== undefined;
  return (
    <section class="runsEmpty">
      <h2>No runs yet</h2>
      <p>
        {isBrowser ? (
          <>
            Nothing was trained in this browser yet. <a href="#/train">Train a network</a>, or open
            the zip of a run.
          </>
        ) : (
          <>
            There is no run in <code>{source.place}</code>. <code>fovea train lenet5</code> makes
            one.
          </>
        )}
      </p>
    </section>
  );
}

interface BrokenProps extends Pick<ShownProps, 'source' | 'onChanged'> {
  readonly runs: readonly ListedRun[];
}

function Broken({ runs, source, onChanged }: BrokenProps) {
  return (
    <section class="runsBroken" aria-label="Runs that cannot be read">
      <h2>Cannot be read</h2>
      <dl>
        {runs.map(({ name, fault }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{fault}</dd>
            {source.remove !== undefined && (
              <dd>
                <DeleteButton name={name} remove={source.remove} onDeleted={onChanged} />
              </dd>
            )}
          </div>
        ))}
      </dl>
    </section>
  );
}
