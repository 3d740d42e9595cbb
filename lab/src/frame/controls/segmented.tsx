/**
 * @file One of a few, all in sight: a group of radio buttons, so arrow keys and screen readers know it.
 */
import './controls.css';
import { useId } from 'preact/hooks';
import { FieldNote, type LabelProps, noteId } from './field.tsx';
import type { Choice } from './select.tsx';

interface SegmentedProps<T extends string> extends LabelProps {
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
}

export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, note, problem, value, choices, onChange } = props;
  const id = useId();
  const noted = note !== undefined || problem !== undefined;
  return (
    <fieldset class="field" aria-describedby={noted ? noteId(id) : undefined}>
      <legend class="fieldLabel">{label}</legend>
      <span class="segments">
        {choices.map((choice) => (
          <label key={choice.value}>
            <input
              type="radio"
              name={id}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.disabled}
              onChange={() => onChange(choice.value)}
            />
            {choice.text}
          </label>
        ))}
      </span>
      <FieldNote id={id} note={note} problem={problem} />
    </fieldset>
  );
}
