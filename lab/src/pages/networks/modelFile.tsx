/**
 * @file Opens a model.json of one's own: chosen, or dropped on the button.
 */
import { useRef, useState } from 'preact/hooks';
import { Button } from '../../frame/controls/button.tsx';
import { openModelFile } from '../../frame/ownModels.ts';
import { Note } from '../../frame/problem.tsx';

/** `onOpened` is told the model's name in an address. */
export function ModelFile({ onOpened }: { readonly onOpened: (name: string) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<unknown>();
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      onOpened(await openModelFile(file));
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way to what the button does
    <div
      class="networksFile"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void open(event.dataTransfer?.files[0]);
      }}
    >
      <Button onClick={() => chooser.current?.click()}>Open model.json</Button>
      <input
        ref={chooser}
        class="visuallyHidden"
        type="file"
        accept=".json,application/json"
        tabIndex={-1}
        aria-label="The file of a model"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          void open(file);
        }}
      />
      {problem !== undefined && <Note error={problem} />}
    </div>
  );
}
