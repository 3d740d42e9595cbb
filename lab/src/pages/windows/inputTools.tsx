/**
 * @file Where the input's numbers come from: the example, a drawing, typed rows, a picture.
 */
import { useState } from 'preact/hooks';
import { Button } from '../../frame/controls/button.tsx';
import { Segmented } from '../../frame/controls/segmented.tsx';
import { TextField } from '../../frame/controls/textField.tsx';
import { inputOf } from './fields.ts';
import { parseRows, rowsAsText } from './inputs.ts';
import { PictureButton } from './pictureButton.tsx';
import type { SettingsProps } from './settings.tsx';

/** What a pointer on the input does. */
export type Tool = 'move' | 'draw' | 'erase';

/** Pixels a side of a picture: every cell of it can still be seen. */
const PICTURE_SIDE = 24;

const tools = [
  { value: 'move', text: 'Move the window' },
  { value: 'draw', text: 'Draw' },
  { value: 'erase', text: 'Erase' },
] as const;

interface ToolsProps extends SettingsProps {
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
}

export function InputTools({ state, change, tool, onTool }: ToolsProps) {
  const [typing, setTyping] = useState<string>();
  const shown = typing ?? rowsAsText(inputOf(state), state.size[1]);
  const parsed = typing === undefined ? undefined : parseRows(typing);
  const type = (text: string) => {
    setTyping(text);
    const read = parseRows(text);
    if (!('problem' in read)) change({ ...read, at: 0 });
  };
  const side = PICTURE_SIDE;
  return (
    <div class="windowsTools">
      <div class="windowsRow">
        <Segmented
          label="The pointer on the input"
          value={tool}
          choices={tools}
          onChange={onTool}
        />
        <Button
          onClick={() =>
            change({ values: new Array<number>(state.size[0] * state.size[1]).fill(0) })
          }
        >
          Clear
        </Button>
        <Button disabled={state.values === null} onClick={() => change({ values: null })}>
          Example
        </Button>
        <PictureButton
          side={side}
          pastes
          onPicture={(values) => change({ size: [side, side], values, at: 0 })}
        />
      </div>
      <details class="windowsTyped" onToggle={() => setTyping(undefined)}>
        <summary>Type the numbers</summary>
        <TextField
          label="The input, a line for each row"
          lines={Math.min(10, Math.max(3, state.size[0]))}
          value={shown}
          onChange={type}
          problem={parsed !== undefined && 'problem' in parsed ? parsed.problem : undefined}
        />
      </details>
    </div>
  );
}
