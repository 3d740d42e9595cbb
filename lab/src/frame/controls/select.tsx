/**
 * @file One of many, from a list that opens: the system's own list, in the lab's dress.
 */
import { useId } from 'preact/hooks';
import { describedBy, Field, type LabelProps } from './field.tsx';

export interface Choice<T extends string> {
  readonly value: T;
  readonly text: string;
  readonly disabled?: boolean;
}

interface SelectProps<T extends string> extends LabelProps {
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
}

export function Select<T extends string>(props: SelectProps<T>) {
  const { label, note, problem, value, choices, onChange } = props;
  const id = useId();
  const choose = (text: string) => {
    const chosen = choices.find((choice) => choice.value === text);
    if (chosen !== undefined) onChange(chosen.value);
  };
  return (
    <Field id={id} label={label} note={note} problem={problem}>
      <span class="selectBox">
        <select
          id={id}
          value={value}
          onChange={(event) => choose(event.currentTarget.value)}
          {...describedBy(id, { note, problem })}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value} disabled={choice.disabled}>
              {choice.text}
            </option>
          ))}
        </select>
        <svg viewBox="0 0 12 8" width="10" height="7" aria-hidden="true">
          <path d="M1 1.5 6 6.5 11 1.5" fill="none" stroke="currentColor" stroke-width="1.75" />
        </svg>
      </span>
    </Field>
  );
}
