/**
 * @file Ways to a picture without drawing: a digit that was drawn by code, a file, one from the clipboard, the camera.
 */
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../../frame/controls/button.tsx';

interface SamplesProps {
  /** The digit of the sample that is shown. */
  readonly digit: number | null;
  readonly onDigit: (digit: number) => void;
  readonly onFile: (file: File) => void;
  /** Absent while it is on. */
  readonly onCamera: (() => void) | undefined;
}

export function Samples({ digit, onDigit, onFile, onCamera }: SamplesProps) {
  const input = useRef<HTMLInputElement>(null);
  usePaste(onFile);
  return (
    <div class="lookSources">
      <fieldset class="field">
        <legend class="fieldLabel">Or a sample; again for another one</legend>
        <span class="lookDigits">
          {Array.from({ length: 10 }, (_, i) => (
            <button
              key={i}
              type="button"
              class="lookDigit"
              aria-label={`Sample of ${i}`}
              aria-pressed={digit === i}
              onClick={() => onDigit(i)}
            >
              {i}
            </button>
          ))}
        </span>
      </fieldset>
      <input
        ref={input}
        type="file"
        accept="image/*"
        class="visuallyHidden"
        tabIndex={-1}
        aria-label="Picture file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (file !== undefined) onFile(file);
        }}
      />
      <div class="lookButtons">
        <Button onClick={() => input.current?.click()}>Open picture</Button>
        <Button disabled={onCamera === undefined} onClick={() => onCamera?.()}>
          Use camera
        </Button>
      </div>
    </div>
  );
}

function usePaste(onFile: (file: File) => void): void {
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const [file] = event.clipboardData?.files ?? [];
      if (file !== undefined) latest.current(file);
    };
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  }, []);
}
