/**
 * @file The list of runs: figures, which are compared, and what can be done with each.
 */
import { comparedRuns } from 'fovea/web';
import { useState } from 'preact/hooks';
import { formatShare, formatValue } from '../../figures/numbers.ts';
import { Table } from '../../figures/table.tsx';
import { Button } from '../../frame/controls/button.tsx';
import { Note } from '../../frame/problem.tsx';
import { DeleteButton } from './deleteButton.tsx';
import { saveAs } from './saveAs.ts';
import { keepZip, type RunSource } from './sources.ts';

interface RunTableProps {
  readonly source: RunSource;
  readonly runs: readonly comparedRuns.ReadableRun[];
  readonly compared: readonly string[];
  readonly onChoose: (names: readonly string[]) => void;
  readonly onChanged: () => void;
}

export function RunTable({ source, runs, compared, onChoose, onChanged }: RunTableProps) {
  const [problem, setProblem] = useState<unknown>();
  const [said, setSaid] = useState('');
  const best = comparedRuns.bestOf(runs);
  const attempt = async (work: () => Promise<string | undefined>) => {
    setProblem(undefined);
    setSaid('');
    try {
      setSaid((await work()) ?? '');
    } catch (error) {
      setProblem(error);
    }
  };
  const toggle = (name: string) =>
    onChoose(
      compared.includes(name)
        ? compared.filter((other) => other !== name)
        : [...compared, name].slice(-comparedRuns.MOST_COMPARED),
    );
  const rows = runs.map((run) => {
    const { epochs, asked, best: least, test } = comparedRuns.figuresOf(run);
    const { name, record } = run;
    return [
      <Chosen key="name" run={run} compared={compared} isBest={name === best} onToggle={toggle} />,
      record.model,
      comparedRuns.trainingOf(run)?.data.name ?? 'not known',
      asked === null ? '' : `${epochs} of ${asked}`,
      least === null ? '' : `${formatValue(least.loss)} (${least.epoch})`,
      test?.accuracy == null ? '' : formatShare(test.accuracy, 2),
      comparedRuns.stateWords(run),
      <Actions key="do" run={run} source={source} attempt={attempt} onChanged={onChanged} />,
    ];
  });
  return (
    <section class="runsList">
      <p class="small soft">
        Runs in {source.place}. Up to {comparedRuns.MOST_COMPARED} are compared; the best answers
        the most of the test set.
      </p>
      <Table
        caption={`Runs in ${source.place}`}
        hideCaption
        columns={[
          { head: 'Run' },
          { head: 'Model' },
          { head: 'Data' },
          { head: 'Epochs', numeric: true },
          { head: 'Least loss (epoch)', numeric: true },
          { head: 'Test accuracy', numeric: true },
          { head: 'State' },
          { head: <span class="visuallyHidden">Actions</span> },
        ]}
        rows={rows}
      />
      <p class="small soft" role="status">
        {said}
      </p>
      {problem !== undefined && <Note error={problem} />}
    </section>
  );
}

interface ChosenProps {
  readonly run: comparedRuns.ReadableRun;
  readonly compared: readonly string[];
  readonly isBest: boolean;
  readonly onToggle: (name: string) => void;
}

function Chosen({ run: { name }, compared, isBest, onToggle }: ChosenProps) {
  const place = compared.indexOf(name);
  return (
    <label class="runsChosen">
      <input type="checkbox" checked={place >= 0} onChange={() => onToggle(name)} />
      <span class={place < 0 ? 'runsMark' : `runsMark isRun${place}`} aria-hidden="true" />
      {name}
      {isBest && <span class="runsBest">best</span>}
    </label>
  );
}

interface ActionsProps {
  readonly run: comparedRuns.ReadableRun;
  readonly source: RunSource;
  readonly attempt: (work: () => Promise<string | undefined>) => Promise<void>;
  readonly onChanged: () => void;
}

function Actions({ run, source, attempt, onChanged }: ActionsProps) {
  const { name, inUse } = run;
  const { remove } = source;
  return (
    <span class="runsActions">
      <Button
        kind="quiet"
        name={`Save ${name} as a zip`}
        onClick={() =>
          attempt(async () => {
            saveAs(await source.zip(name), `${name}.zip`);
            return `${name}.zip was saved. Unzipped into runs/ it is a run.`;
          })
        }
      >
        Save
      </Button>
      {run.record.status === 'done' && (
        <Button
          kind="quiet"
          name={`Save the report of ${name}`}
          onClick={() =>
            attempt(async () => {
              const page = await source.report(name);
              if (page === undefined) return `${name} has no report: it was kept without one.`;
              saveAs(page, `${name}.html`);
              return `${name}.html was saved: the run as one page to read, mail and print.`;
            })
          }
        >
          Report
        </Button>
      )}
      {remove !== undefined && !inUse && comparedRuns.trainingOf(run) !== undefined && (
        <a
          class="button isQuiet"
          href={`#/train?run=${encodeURIComponent(name)}`}
          aria-label={`Go on with ${name}`}
        >
          Go on
        </a>
      )}
      {remove === undefined ? (
        <Button
          kind="quiet"
          name={`Copy ${name} into this browser`}
          onClick={() =>
            attempt(async () => {
              const kept = await keepZip(await source.zip(name), name);
              onChanged();
              return `${name} is kept in this browser as ${kept.name}.`;
            })
          }
        >
          Copy
        </Button>
      ) : (
        <DeleteButton name={name} remove={remove} disabled={inUse} onDeleted={onChanged} />
      )}
    </span>
  );
}
