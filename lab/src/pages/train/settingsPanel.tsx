/**
 * @file What is to be trained: the network, the data, and what each of one or two networks has of its own.
 */
import { Button } from '../../frame/controls/button.tsx';
import { NumberStepper } from '../../frame/controls/numberStepper.tsx';
import { type Choice, Select } from '../../frame/controls/select.tsx';
import { Toggle } from '../../frame/controls/toggle.tsx';
import { OwnFolder } from './ownFolder.tsx';
import {
  activationInWords,
  activations,
  labelsOf,
  MOST_EPOCHS,
  models,
  OWN,
  optimizerInWords,
  optimizers,
  poolingInWords,
  poolings,
  presets,
  type SideSettings,
  sidesOf,
  type TrainSettings,
} from './settings.ts';

interface PanelProps {
  readonly settings: TrainSettings;
  readonly change: (changes: Partial<TrainSettings>) => void;
}

const DATA: readonly Choice<string>[] = [
  { value: 'digits', text: 'Digits, drawn by code' },
  { value: 'mnist', text: 'MNIST' },
  { value: 'fashion-mnist', text: 'Fashion-MNIST' },
  { value: 'cifar10', text: 'CIFAR-10' },
  { value: OWN, text: 'Your own folder' },
];
const MODEL_TEXTS: Readonly<Record<string, string>> = {
  lenet5: 'LeNet-5, as taught today',
  'cifar-quick': 'cifar-quick, three convolutions',
  'lenet5-1998': 'LeNet-5 of 1998',
};
const BATCHES = [8, 16, 32, 64, 128, 256, 512];
const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const DROPOUTS = [0, 0.1, 0.25, 0.5, 0.75];

export function SettingsPanel({ settings, change }: PanelProps) {
  const sides = sidesOf(settings);
  return (
    <section class="trainSettings" aria-label="Settings">
      <div class="trainRow">
        <Select
          label="Network"
          value={settings.model}
          choices={withCurrent(
            models.map((value) => ({ value: value as string, text: MODEL_TEXTS[value] ?? value })),
            settings.model,
          )}
          onChange={(model) => change({ model })}
        />
        <Select
          label="Pictures"
          value={settings.data}
          choices={withCurrent(DATA, settings.data)}
          onChange={(data) => change({ data })}
        />
        <NumberStepper
          label="Epochs"
          value={settings.epochs}
          from={1}
          to={MOST_EPOCHS}
          onChange={(epochs) => change({ epochs })}
        />
        <NumberSelect
          label="Batch"
          value={settings.batch}
          choices={BATCHES}
          onChange={(batch) => change({ batch })}
        />
        <NumberStepper
          label="Seed"
          value={settings.seed}
          from={0}
          to={2 ** 31}
          onChange={(seed) => change({ seed })}
        />
      </div>
      {settings.data === OWN && <OwnFolder />}
      {sides.map((side, i) => (
        <SideRow
          key={i}
          title={sides.length === 1 ? '' : (['First', 'Second'][i] ?? '')}
          side={side}
          change={(changes) => change(i === 0 ? changes : ofSecond(changes))}
        />
      ))}
      <div class="trainCompare">
        <Toggle
          label="A second network beside it"
          value={settings.two}
          onChange={(two) => change(two ? { ...copied(settings), two } : { two })}
        />
        <Toggle
          label="Keep the run in this browser"
          value={settings.keep}
          onChange={(keep) => change({ keep })}
        />
        <span class="trainPresets">
          {presets.map(({ title, changes }) => (
            <Button key={title} kind="quiet" onClick={() => change(changes)}>
              {title}
            </Button>
          ))}
        </span>
      </div>
      {settings.two && <p class="soft small">{comparedInWords(settings)}</p>}
    </section>
  );
}

interface SideProps {
  readonly title: string;
  readonly side: SideSettings;
  readonly change: (changes: Partial<SideSettings>) => void;
}

function SideRow({ title, side, change }: SideProps) {
  return (
    <fieldset class="trainRow isSide">
      <legend class={title === '' ? 'visuallyHidden' : `trainSideName is-${title.toLowerCase()}`}>
        {title === '' ? 'The network' : `${title} network`}
      </legend>
      <Select
        label="Activation"
        value={side.activation}
        choices={activations.map((value) => ({ value, text: activationInWords(value) }))}
        onChange={(activation) => change({ activation })}
      />
      <Select
        label="Pooling"
        value={side.pooling}
        choices={poolings.map((value) => ({ value, text: poolingInWords(value) }))}
        onChange={(pooling) => change({ pooling })}
      />
      <NumberSelect
        label="Dropout"
        value={side.dropout}
        choices={DROPOUTS}
        say={(rate) => (rate === 0 ? 'none' : String(rate))}
        onChange={(dropout) => change({ dropout })}
      />
      <Select
        label="Optimizer"
        value={side.optimizer}
        choices={optimizers.map((value) => ({ value, text: optimizerInWords(value) }))}
        onChange={(optimizer) => change({ optimizer })}
      />
      <NumberSelect
        label="Rate"
        value={side.rate}
        choices={RATES}
        onChange={(rate) => change({ rate })}
      />
    </fieldset>
  );
}

interface NumberSelectProps {
  readonly label: string;
  readonly value: number;
  readonly choices: readonly number[];
  readonly say?: (value: number) => string;
  readonly onChange: (value: number) => void;
}

/** One of some numbers; one from the address that is not among them stands among them. */
function NumberSelect({ label, value, choices, say = String, onChange }: NumberSelectProps) {
  const all = [...new Set([...choices, value])].sort((a, b) => a - b);
  return (
    <Select
      label={label}
      value={String(value)}
      choices={all.map((one) => ({ value: String(one), text: say(one) }))}
      onChange={(text) => onChange(Number(text))}
    />
  );
}

function withCurrent(choices: readonly Choice<string>[], current: string): Choice<string>[] {
  const isKnown = choices.some(({ value }) => value === current);
  return isKnown ? [...choices] : [{ value: current, text: current }, ...choices];
}

/** Field names of the second network: "rate" -> "rate2". */
function ofSecond(changes: Partial<SideSettings>): Partial<TrainSettings> {
  return Object.fromEntries(Object.entries(changes).map(([key, value]) => [`${key}2`, value]));
}

/** A second network begins as a copy of the first. */
function copied(settings: TrainSettings): Partial<TrainSettings> {
  const [first] = sidesOf({ ...settings, two: false });
  return first === undefined ? {} : ofSecond(first);
}

function comparedInWords(settings: TrainSettings): string {
  const [a, b] = labelsOf(settings);
  return `Both begin from seed ${settings.seed} and see the same batches in the same order: ${a} beside ${b}.`;
}
