/**
 * @file A button that takes a picture from a file; one that is dropped on it or pasted counts as well.
 */
import { useEffect, useId, useState } from 'preact/hooks';
import { Note } from '../../frame/problem.tsx';
import { readPicture } from './readPicture.ts';

interface PictureProps {
  /** Pixels a side. */
  readonly side: number;
  readonly onPicture: (values: readonly number[]) => void;
  /** Also takes what is pasted into the page: for one button of a page. */
  readonly pastes?: boolean;
}

export function PictureButton({ side, onPicture, pastes = false }: PictureProps) {
  const id = useId();
  const [error, setError] = useState<unknown>();
  const take = (file: File | null | undefined) => {
    if (!file) return;
    readPicture(file, side).then(
      (values) => {
        setError(undefined);
        onPicture(values);
      },
      (failure: unknown) => setError(failure),
    );
  };
  useEffect(() => {
    if (!pastes) return undefined;
    const paste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find(({ type }) =>
        type.startsWith('image/'),
      );
      if (file === undefined) return;
      event.preventDefault();
      take(file);
    };
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  });
  return (
    <section
      class="windowsPicture"
      aria-label="A picture of your own"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files[0]);
      }}
    >
      <label class="button" for={id}>
        Take a picture…
      </label>
      <input
        id={id}
        class="visuallyHidden"
        type="file"
        accept="image/*"
        onChange={(event) => {
          take(event.currentTarget.files?.[0]);
          // The same file again is a new choice.
          event.currentTarget.value = '';
        }}
      />
      {error !== undefined && <Note error={error} />}
    </section>
  );
}
