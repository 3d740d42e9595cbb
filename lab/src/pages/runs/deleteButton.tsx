/**
 * @file Deletes a run of this browser once it was asked whether to.
 */
import { useState } from 'preact/hooks';
import { Button } from '../../frame/controls/button.tsx';
import { Note } from '../../frame/problem.tsx';

interface DeleteButtonProps {
  readonly name: string;
  readonly remove: (name: string) => Promise<void>;
  /** Somebody trains it now. */
  readonly disabled?: boolean;
  readonly onDeleted: () => void;
}

export function DeleteButton({ name, remove, disabled = false, onDeleted }: DeleteButtonProps) {
  const [asks, setAsks] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  if (!asks) {
    return (
      <Button
        kind="quiet"
        name={disabled ? `${name} is being trained` : `Delete ${name}`}
        disabled={disabled}
        onClick={() => setAsks(true)}
      >
        Delete
      </Button>
    );
  }
  return (
    <fieldset class="runsAsks">
      <legend>Delete {name} from this browser?</legend>
      <Button kind="primary" onClick={() => void remove(name).then(onDeleted, setProblem)}>
        Delete
      </Button>
      <Button onClick={() => setAsks(false)}>Keep</Button>
      {problem !== undefined && <Note error={problem} />}
    </fieldset>
  );
}
