/**
 * @file The worst mistakes of a run on its test set: the picture that training drew, and with files where it is
 * tested again.
 */
import type { comparedRuns } from 'fovea/web';
import { useEffect, useState } from 'preact/hooks';
import { formatShare, formatValue } from '../../figures/numbers.ts';
import { Table } from '../../figures/table.tsx';
import { Button } from '../../frame/controls/button.tsx';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { Note } from '../../frame/problem.tsx';
import type { EvaluatedRun, RunSource } from './sources.ts';

interface MistakesProps {
  readonly source: RunSource;
  readonly runs: readonly comparedRuns.ReadableRun[];
}

export function Mistakes({ source, runs }: MistakesProps) {
  const [wanted, setWanted] = useState('');
  const shown = runs.find(({ name }) => name === wanted) ?? runs[0];
  if (shown === undefined) return null;
  return (
    <section class="runsMistakes">
      <header>
        <h2>Mistakes</h2>
        {runs.length > 1 && (
          <Segmented
            label="Of"
            value={shown.name}
            choices={runs.map(({ name }) => ({ value: name, text: name }))}
            onChange={setWanted}
          />
        )}
      </header>
      <Sheet key={`${source.place} ${shown.name}`} source={source} run={shown} />
    </section>
  );
}

/** Why there is no picture of mistakes, of runs that are at rest. */
const NO_MISTAKES: Readonly<Record<string, string>> = {
  done: 'It made none on its test set.',
  imported:
    'It was imported, and what it was trained on is not known: fovea evaluate tests it on data.',
};

function Sheet({
  source,
  run,
}: {
  readonly source: RunSource;
  readonly run: comparedRuns.ReadableRun;
}) {
  const [picture, setPicture] = useState<string>();
  const [evaluated, setEvaluated] = useState<EvaluatedRun>();
  const [isTesting, setTesting] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { name, hasMistakes } = run;
  useEffect(() => {
    if (!hasMistakes) return;
    let address: string | undefined;
    source.mistakes(name).then((file) => {
      address = URL.createObjectURL(file);
      setPicture(address);
    }, setProblem);
    return () => address !== undefined && URL.revokeObjectURL(address);
  }, []);
  const { evaluate } = source;
  const test = async () => {
    setTesting(true);
    setProblem(undefined);
    try {
      setEvaluated(await evaluate?.(name));
    } catch (error) {
      setProblem(error);
    }
    setTesting(false);
  };
  return (
    <>
      {!hasMistakes && (
        <p class="soft">
          {NO_MISTAKES[run.record.status] ?? 'The test set is read once the run is done.'}
        </p>
      )}
      {picture !== undefined && (
        <img
          class="runsSheet"
          src={picture}
          alt={`The worst mistakes of ${name}: each with what it is, what it was read as, and how surely`}
        />
      )}
      {evaluate !== undefined && run.record.status === 'done' && (
        <p>
          <Button onClick={() => void test()} disabled={isTesting}>
            {isTesting ? 'Testing' : 'Test again, and name the files'}
          </Button>
        </p>
      )}
      {problem !== undefined && <Note error={problem} />}
      {evaluated !== undefined && <Evaluated evaluated={evaluated} />}
    </>
  );
}

function Evaluated({ evaluated }: { readonly evaluated: EvaluatedRun }) {
  const { dataset, count, loss, accuracy, classes, insights, mistakes } = evaluated;
  const className = (label: number) => classes[label] ?? String(label);
  return (
    <>
      <p>
        {formatShare(accuracy, 2)} of {count} pictures of {dataset} are read rightly; the loss is{' '}
        {formatValue(loss)}.
      </p>
      {insights.map((words) => (
        <p key={words} class="soft">
          {words}
        </p>
      ))}
      {mistakes.length > 0 && (
        <Table
          caption="The worst mistakes"
          columns={[
            { head: 'Picture' },
            { head: 'Is' },
            { head: 'Was read as' },
            { head: 'How surely', numeric: true },
          ]}
          rows={mistakes.map(({ index, label, predicted, confidence, file }) => [
            <span key="file" class="mono">
              {file ?? `${dataset} ${index}`}
            </span>,
            className(label),
            className(predicted),
            formatShare(confidence),
          ])}
        />
      )}
    </>
  );
}
