/**
 * @file Words or numbers to type, on one line or on several.
 */
import { useId } from 'preact/hooks';
import { describedBy, Field, type LabelProps } from './field.tsx';

interface TextProps extends LabelProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** More than one line. */
  readonly lines?: number;
  readonly placeholder?: string;
}

export function TextField(props: TextProps) {
  const { label, note, problem, value, onChange, lines = 1, placeholder } = props;
  const id = useId();
  const shared = {
    id,
    class: 'input',
    value,
    placeholder,
    spellcheck: false,
    autocomplete: 'off' as const,
    ...describedBy(id, { note, problem }),
  };
  return (
    <Field id={id} label={label} note={note} problem={problem}>
      {lines > 1 ? (
        <textarea
          {...shared}
          rows={lines}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <input {...shared} type="text" onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </Field>
  );
}
