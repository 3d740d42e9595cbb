/**
 * @file Opens the zip of a run: chosen, or dropped on the button.
 */
import { useRef, useState } from 'preact/hooks';
import { Button } from '../../frame/controls/button.tsx';
import { Note } from '../../frame/problem.tsx';
import { keepZip } from './sources.ts';

export function ZipOpener({ onKept }: { readonly onKept: (name: string) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<unknown>();
  const [said, setSaid] = useState('');
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    setProblem(undefined);
    setSaid('Reading the archive');
    try {
      const { name, notes } = await keepZip(file, file.name);
      setSaid([`${file.name} is kept in this browser as ${name}.`, ...notes].join(' '));
      onKept(name);
    } catch (error) {
      setSaid('');
      setProblem(error);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way to what the button does
    <div
      class="runsOpener"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void open(event.dataTransfer?.files[0]);
      }}
    >
      <Button onClick={() => chooser.current?.click()}>Open a zip</Button>
      <input
        ref={chooser}
        class="visuallyHidden"
        type="file"
        accept=".zip,application/zip"
        tabIndex={-1}
        aria-label="The zip of a run"
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      <span class="small soft" role="status">
        {said}
      </span>
      {problem !== undefined && <Note error={problem} />}
    </div>
  );
}
