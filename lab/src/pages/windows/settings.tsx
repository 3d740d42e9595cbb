/**
 * @file The controls of the window: what it computes, how large it is, how it moves, what surrounds the input.
 */
import { Button } from '../../frame/controls/button.tsx';
import { NumberStepper } from '../../frame/controls/numberStepper.tsx';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { Select } from '../../frame/controls/select.tsx';
import {
  type FillName,
  isPreset,
  MOST_KERNEL,
  MOST_PAD,
  presets,
  type WindowState,
  weightsOf,
} from './fields.ts';
import { type KernelName, kernelName, MOST_SIDE, namedKernel, resized } from './inputs.ts';
import { KernelEditor } from './kernelEditor.tsx';

export interface SettingsProps {
  readonly state: WindowState;
  readonly change: (changes: Partial<WindowState>) => void;
}

export function Presets({ state, change }: SettingsProps) {
  return (
    <fieldset class="windowsPresets">
      <legend class="visuallyHidden">Examples</legend>
      {presets.map((preset) => (
        <Button
          key={preset.text}
          kind="quiet"
          pressed={isPreset(state, preset)}
          onClick={() => change(preset.state)}
        >
          {preset.text}
        </Button>
      ))}
    </fieldset>
  );
}

const ops = [
  { value: 'conv', text: 'Convolution' },
  { value: 'max', text: 'Max' },
  { value: 'avg', text: 'Average' },
  { value: 'min', text: 'Min' },
] as const;

export function Settings({ state, change }: SettingsProps) {
  const { op, kernel, stride, dilation, size } = state;
  const resize = (to: WindowState['size']) =>
    change({ size: to, values: state.values && resized(state.values, size, to) });
  return (
    <form class="windowsSettings" onSubmit={(event) => event.preventDefault()}>
      <Segmented
        label="The window gives"
        value={op}
        choices={ops}
        onChange={(value) => change({ op: value })}
      />
      <div class="windowsRow">
        <NumberStepper
          label="Window"
          value={kernel}
          from={1}
          to={MOST_KERNEL}
          onChange={(k) => change({ kernel: k, weights: null })}
        />
        <NumberStepper
          label="Stride"
          value={stride}
          from={1}
          to={MOST_KERNEL}
          onChange={(s) => change({ stride: s })}
        />
        {op === 'conv' && (
          <NumberStepper
            label="Dilation"
            value={dilation}
            from={1}
            to={5}
            onChange={(d) => change({ dilation: d })}
          />
        )}
      </div>
      {op !== 'conv' && (
        <p class="small soft">
          Pooling windows have no gaps and no weights: nothing is learned here.
        </p>
      )}
      <PaddingSettings state={state} change={change} />
      <div class="windowsRow">
        <NumberStepper
          label="Rows"
          value={size[0]}
          from={1}
          to={MOST_SIDE}
          onChange={(h) => resize([h, size[1]])}
        />
        <NumberStepper
          label="Columns"
          value={size[1]}
          from={1}
          to={MOST_SIDE}
          onChange={(w) => resize([size[0], w])}
        />
      </div>
      {op === 'conv' && <KernelSettings state={state} change={change} />}
    </form>
  );
}

const kernels: readonly { readonly value: KernelName | 'own'; readonly text: string }[] = [
  { value: 'vertical', text: 'Vertical edges' },
  { value: 'horizontal', text: 'Horizontal edges' },
  { value: 'mean', text: 'Mean' },
  { value: 'sharpen', text: 'Sharpen' },
  { value: 'same', text: 'As it is' },
];

function KernelSettings({ state, change }: SettingsProps) {
  const weights = weightsOf(state);
  const name = kernelName(weights, state.kernel);
  const choose = (value: KernelName | 'own') => {
    if (value !== 'own')
      change({ weights: value === 'vertical' ? null : namedKernel(value, state.kernel) });
  };
  const own = { value: 'own', text: 'Your own' } as const;
  return (
    <>
      <Select
        label="Kernel"
        value={name}
        choices={name === 'own' ? [...kernels, own] : kernels}
        onChange={choose}
      />
      <KernelEditor
        weights={weights}
        side={state.kernel}
        onChange={(all) => change({ weights: all })}
      />
    </>
  );
}

const amounts = [
  { value: 'valid', text: 'Valid' },
  { value: 'same', text: 'Same' },
  { value: 'own', text: 'By hand' },
] as const;

const fillChoices: readonly { readonly value: FillName; readonly text: string }[] = [
  { value: 'nothing', text: 'Nothing, as layers do' },
  { value: 'constant', text: 'A number' },
  { value: 'reflect', text: 'The picture mirrored' },
  { value: 'replicate', text: 'Its edge again' },
  { value: 'circular', text: 'Its other side' },
];

function PaddingSettings({ state, change }: SettingsProps) {
  const { padding, fill, value, op } = state;
  const amount = typeof padding === 'string' ? padding : 'own';
  const choose = (rule: 'valid' | 'same' | 'own') =>
    change({
      padding:
        rule === 'own'
          ? [
              [1, 1],
              [1, 1],
            ]
          : rule,
    });
  const nothing = op === 'conv' ? 'A convolution adds nothing for it.' : 'Pooling leaves it out.';
  return (
    <>
      <Segmented label="Padding: how much" value={amount} choices={amounts} onChange={choose} />
      {typeof padding !== 'string' && (
        <Sides pads={padding} onChange={(pads) => change({ padding: pads })} />
      )}
      {padding !== 'valid' && (
        <div class="windowsRow">
          <Select
            label="Padding: filled with"
            value={fill}
            choices={fillChoices}
            note={fill === 'nothing' ? nothing : undefined}
            onChange={(mode) => change({ fill: mode })}
          />
          {fill === 'constant' && (
            <NumberStepper
              label="Number"
              value={value}
              from={-1000}
              to={1000}
              step={0.5}
              onChange={(v) => change({ value: v })}
            />
          )}
        </div>
      )}
    </>
  );
}

type Sides = Exclude<WindowState['padding'], string>;

function Sides({
  pads,
  onChange,
}: {
  readonly pads: Sides;
  readonly onChange: (pads: Sides) => void;
}) {
  const [[top, bottom], [left, right]] = pads;
  const range = { from: 0, to: MOST_PAD };
  return (
    <div class="windowsRow">
      <NumberStepper
        label="Top"
        value={top}
        {...range}
        onChange={(n) =>
          onChange([
            [n, bottom],
            [left, right],
          ])
        }
      />
      <NumberStepper
        label="Bottom"
        value={bottom}
        {...range}
        onChange={(n) =>
          onChange([
            [top, n],
            [left, right],
          ])
        }
      />
      <NumberStepper
        label="Left"
        value={left}
        {...range}
        onChange={(n) =>
          onChange([
            [top, bottom],
            [n, right],
          ])
        }
      />
      <NumberStepper
        label="Right"
        value={right}
        {...range}
        onChange={(n) =>
          onChange([
            [top, bottom],
            [left, n],
          ])
        }
      />
    </div>
  );
}
