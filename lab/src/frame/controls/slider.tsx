/**
 * @file A number on a line, with what it says beside it.
 */
import { useId } from 'preact/hooks';
import { describedBy, Field, type LabelProps } from './field.tsx';

interface SliderProps extends LabelProps {
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly from: number;
  readonly to: number;
  readonly step?: number;
  /** The value in words: "10 %"; the number itself unless given. */
  readonly say?: (value: number) => string;
}

export function Slider({
  label,
  note,
  problem,
  value,
  onChange,
  from,
  to,
  step = 1,
  say = String,
}: SliderProps) {
  const id = useId();
  const filled = to > from ? (100 * (value - from)) / (to - from) : 0;
  return (
    <Field id={id} label={label} note={note} problem={problem}>
      <span class="sliderRow">
        <input
          id={id}
          class="slider"
          type="range"
          min={from}
          max={to}
          step={step}
          value={value}
          aria-valuetext={say(value)}
          style={{ '--filled': `${filled}%` }}
          onInput={(event) => onChange(Number(event.currentTarget.value))}
          {...describedBy(id, { note, problem })}
        />
        <output for={id}>{say(value)}</output>
      </span>
    </Field>
  );
}
