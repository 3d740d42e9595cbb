/**
 * @file A number with a button to either side: typed, stepped by click, or by the arrow keys.
 *
 * What is typed counts as soon as it is a number in the range; until then it stays as typed and the control
 * says what it takes.
 */
import { useId, useState } from 'preact/hooks';
import { describedBy, Field, type LabelProps } from './field.tsx';

interface StepperProps extends LabelProps {
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly from: number;
  readonly to: number;
  /** 1 unless given; a fraction lets fractions be typed. */
  readonly step?: number;
}

export function NumberStepper({
  label,
  note,
  problem,
  value,
  onChange,
  from,
  to,
  step = 1,
}: StepperProps) {
  const id = useId();
  const [draft, setDraft] = useState<string>();
  const fits = (n: number) => n >= from && n <= to && (step % 1 !== 0 || Number.isInteger(n));
  const type = (text: string) => {
    const typed = text.trim() === '' ? Number.NaN : Number(text);
    setDraft(fits(typed) ? undefined : text);
    if (fits(typed)) onChange(typed);
  };
  const stepTo = (next: number) => {
    setDraft(undefined);
    onChange(Number(Math.min(to, Math.max(from, next)).toPrecision(12)));
  };
  const kind = step % 1 === 0 ? 'a whole number' : 'a number';
  const wrong = draft === undefined ? problem : `${kind} from ${from} to ${to}`;
  return (
    <Field id={id} label={label} note={note} problem={wrong}>
      <span class="stepper">
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${label}: less`}
          disabled={value <= from}
          onClick={() => stepTo(value - step)}
        >
          −
        </button>
        <input
          id={id}
          type="number"
          inputMode={step % 1 === 0 ? 'numeric' : 'decimal'}
          min={from}
          max={to}
          step={step}
          value={draft ?? value}
          onInput={(event) => type(event.currentTarget.value)}
          onBlur={() => setDraft(undefined)}
          {...describedBy(id, { note, problem: wrong })}
        />
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${label}: more`}
          disabled={value >= to}
          onClick={() => stepTo(value + step)}
        >
          +
        </button>
      </span>
    </Field>
  );
}
