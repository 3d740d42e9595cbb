/**
 * @file Which network looks: trained here, or trained already; and how far it is.
 */
import { formatShare } from '../../figures/numbers.ts';
import { Button } from '../../frame/controls/button.tsx';
import { Select } from '../../frame/controls/select.tsx';
import { Note } from '../../frame/problem.tsx';
import type { EyeState } from './eye.ts';
import { useOffered } from './useEye.ts';

interface ChoiceProps {
  readonly model: string;
  readonly from: string;
  readonly state: EyeState;
  readonly onAgain: () => void;
  readonly onChange: (model: string, from: string) => void;
}

/** Networks that read digits. */
const MODELS = ['lenet5', 'lenet5-1998'];
/** Tells a trained network's value in the list from a model's. */
const TRAINED = 'trained ';

export function NetworkChoice({ model, from, state, onAgain, onChange }: ChoiceProps) {
  const offered = useOffered();
  const models = MODELS.includes(model) ? MODELS : [model, ...MODELS];
  const trained = offered.map((one) => ({ value: TRAINED + one.from, text: one.text }));
  const isTrained = offered.some((one) => one.from === from);
  return (
    <div class="lookNetwork">
      <Select
        label="Network"
        value={isTrained ? TRAINED + from : model}
        choices={[
          ...models.map((value) => ({ value, text: `${value}, trained here` })),
          ...trained,
        ]}
        onChange={(value) =>
          value.startsWith(TRAINED)
            ? onChange(model, value.slice(TRAINED.length))
            : onChange(value, '')
        }
      />
      <NetworkState state={state} onAgain={onAgain} />
    </div>
  );
}

function NetworkState({ state, onAgain }: Pick<ChoiceProps, 'state' | 'onAgain'>) {
  if (state.is === 'failed') {
    return (
      <div class="lookFailed">
        <Note error={state.error} />
        <p class="soft small">This page trains on digits: 28 × 28, gray, ten classes.</p>
        <Button onClick={onAgain}>Begin again</Button>
      </div>
    );
  }
  if (state.is === 'preparing') {
    return (
      <p class="lookDoing" role="status">
        <progress value={state.share} max={1} aria-label={state.doing} /> {state.doing}
      </p>
    );
  }
  const { accuracy } = state.network;
  return (
    <p class="lookDoing soft" role="status">
      {accuracy === null
        ? 'As it was trained.'
        : `${formatShare(accuracy)} of new digits are read right.`}
    </p>
  );
}
