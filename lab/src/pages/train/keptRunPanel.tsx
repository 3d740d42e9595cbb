/**
 * @file What is gone on with: a run that this browser keeps. Its own files say all but how long it is to go on.
 */
import { openRunStore } from 'fovea/web';
import { useEffect, useState } from 'preact/hooks';
import { NumberStepper } from '../../frame/controls/numberStepper.tsx';
import { Note } from '../../frame/problem.tsx';
import { epochsOf, type KeptRun, readKept, runInWords, settingsOfRun } from './keptRun.ts';
import type { Phase } from './machine.ts';
import { OwnFolder } from './ownFolder.tsx';
import { MOST_EPOCHS, OWN, type TrainSettings } from './settings.ts';

interface KeptRunPanelProps {
  readonly settings: TrainSettings;
  readonly change: (changes: Partial<TrainSettings>) => void;
  /** What is kept is read anew with each. */
  readonly phase: Phase;
}

export function KeptRunPanel({ settings, change, phase }: KeptRunPanelProps) {
  const { run: name, until } = settings;
  const [run, setRun] = useState<KeptRun>();
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    let isWanted = true;
    setProblem(undefined);
    openRunStore()
      .then((store) => readKept(store, name))
      .then(
        (found) => isWanted && setRun(found),
        (error: unknown) => isWanted && setProblem(error),
      );
    return () => {
      isWanted = false;
    };
  }, [name, phase]);
  return (
    <section class="trainSettings" aria-label="Settings">
      <p>
        Goes on with the run <strong>{name}</strong> of this browser.{' '}
        {run !== undefined && runInWords(run)}
      </p>
      {problem !== undefined && <Note error={problem} />}
      {run !== undefined && (
        <div class="trainRow">
          <NumberStepper
            label="Epochs in all"
            value={epochsOf(run, until)}
            from={1}
            to={MOST_EPOCHS}
            onChange={(value) => change({ until: value })}
          />
        </div>
      )}
      {run !== undefined && settingsOfRun(run, settings).data === OWN && <OwnFolder />}
      <p class="small">
        <a href="#/train">Train another network</a> · <a href="#/runs?from=browser">All runs</a>
      </p>
    </section>
  );
}
