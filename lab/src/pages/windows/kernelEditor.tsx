/**
 * @file The weights of a kernel, each in a field of its own.
 */
import { useState } from 'preact/hooks';

interface KernelProps {
  readonly weights: readonly number[];
  readonly side: number;
  readonly onChange: (weights: readonly number[]) => void;
}

export function KernelEditor({ weights, side, onChange }: KernelProps) {
  return (
    <fieldset class="windowsKernel">
      <legend class="fieldLabel">Weights</legend>
      <div
        class="windowsWeights"
        style={{
          gridTemplateColumns: `repeat(${side}, minmax(0, 1fr))`,
          maxWidth: `${side * 3.25}rem`,
        }}
      >
        {weights.map((weight, i) => (
          <Weight
            key={`${side} ${i}`}
            label={`Weight, row ${Math.floor(i / side)}, column ${i % side}`}
            value={weight}
            onChange={(value) => onChange(weights.with(i, value))}
          />
        ))}
      </div>
    </fieldset>
  );
}

interface WeightProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Weight({ label, value, onChange }: WeightProps) {
  const [draft, setDraft] = useState<string>();
  const type = (text: string) => {
    setDraft(text);
    const typed = weightIn(text);
    if (typed !== undefined) onChange(typed);
  };
  const wrong = draft !== undefined && weightIn(draft) === undefined;
  return (
    <input
      class="input windowsWeight"
      type="text"
      inputMode="decimal"
      autocomplete="off"
      aria-label={label}
      aria-invalid={wrong ? true : undefined}
      value={draft ?? value}
      onInput={(event) => type(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={() => setDraft(undefined)}
    />
  );
}

function weightIn(text: string): number | undefined {
  const typed = text.trim() === '' ? Number.NaN : Number(text.replace('−', '-').replace(',', '.'));
  return Math.abs(typed) <= 1e6 ? typed : undefined;
}
