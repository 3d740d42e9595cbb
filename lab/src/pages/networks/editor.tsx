/**
 * @file The controls by which a layer is changed; what comes of it is shown by everything around them.
 */
import { Button } from '../../frame/controls/button.tsx';
import { NumberStepper } from '../../frame/controls/numberStepper.tsx';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { Select } from '../../frame/controls/select.tsx';
import { Slider } from '../../frame/controls/slider.tsx';
import { Toggle } from '../../frame/controls/toggle.tsx';
import {
  dropoutBehind,
  type EditedModel,
  type Editor,
  editorsOf,
  isEdited,
  withoutEditsOf,
  withSetting,
} from './model.ts';

interface EditorProps {
  readonly model: EditedModel;
  readonly layer: string;
  readonly onWords: (words: string) => void;
}

/** What options are called where they can be chosen. */
const NAMES: Readonly<Record<string, string>> = {
  linear: 'none',
  scaledTanh: '1.7159 tanh(2x/3)',
  maxPooling2d: 'maximum',
  averagePooling2d: 'average',
  minPooling2d: 'minimum',
};

export function LayerEditor({ model, layer, onWords }: EditorProps) {
  if (layer === 'input') return <InputEditor model={model} onWords={onWords} />;
  const editors = editorsOf(model, layer);
  const dropout = dropoutBehind(model, layer);
  const set = (key: string, value: unknown) => onWords(withSetting(model, key, value));
  return (
    <div class="networksEditor">
      {editors.map((editor) => (
        <Control key={editor.key} editor={editor} onChange={(value) => set(editor.key, value)} />
      ))}
      {dropout !== undefined && (
        <Toggle
          label="Dropout behind it"
          value={dropout}
          onChange={(on) =>
            onWords(on ? withSetting(model, `${layer}.dropout`, 0.5) : withoutDropout(model, layer))
          }
        />
      )}
      {editors.length === 0 && dropout === undefined && (
        <p class="soft">Nothing of this layer can be set here.</p>
      )}
      <div class="networksActions">
        {isEdited(model, layer) && (
          <Button kind="quiet" onClick={() => onWords(withoutEditsOf(model, layer))}>
            As published
          </Button>
        )}
        {!isEdited(model, layer) && model.draft.layers.length > 1 && (
          <Button kind="quiet" onClick={() => set(`${layer}.removed`, true)}>
            Remove this layer
          </Button>
        )}
      </div>
    </div>
  );
}

/** Not the layer's other changes, but the dropout's with it. */
function withoutDropout(model: EditedModel, layer: string): string {
  const key = `${layer}Dropout.rate`;
  const settings = Object.fromEntries(
    Object.entries(model.settings).filter(([name]) => name !== key),
  );
  return withSetting({ ...model, settings }, `${layer}.dropout`, undefined);
}

interface ControlProps {
  readonly editor: Editor;
  readonly onChange: (value: number | string) => void;
}

function Control({ editor, onChange }: ControlProps) {
  if (editor.is === 'number') {
    const { label, value, from, to, step = 1 } = editor;
    const shared = { label, value, from, to, step, onChange };
    return step < 1 ? (
      <Slider {...shared} say={(n) => n.toFixed(2)} />
    ) : (
      <NumberStepper {...shared} />
    );
  }
  const { label, value, choices } = editor;
  const named = choices.map((choice) => ({ value: choice, text: NAMES[choice] ?? choice }));
  const shared = { label, value, choices: named, onChange };
  return choices.length <= 3 ? <Segmented {...shared} /> : <Select {...shared} />;
}

function InputEditor({ model, onWords }: Omit<EditorProps, 'layer'>) {
  const { inputShape } = model.draft.spec ?? model.draft.sound ?? model.published;
  const [H = 1, , C = 1] = String(model.settings.input ?? inputShape.join('x'))
    .split('x')
    .map(Number);
  return (
    <div class="networksEditor">
      <NumberStepper
        label="Side of the picture"
        value={H}
        from={1}
        to={512}
        onChange={(side) => onWords(withSetting(model, 'input', `${side}x${side}x${C}`))}
      />
    </div>
  );
}
