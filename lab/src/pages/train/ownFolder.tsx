/**
 * @file Where a folder of pictures is given: chosen, or dropped.
 */
import { filesOfList, filesOfTransfer, type GivenFile } from 'fovea/web';
import { useId, useState } from 'preact/hooks';
import { formatCount } from '../../figures/numbers.ts';
import { giveFiles, givenCount } from './ownPictures.ts';
import { wordsOf } from './trainer.ts';

export function OwnFolder() {
  const id = useId();
  const [count, setCount] = useState(givenCount);
  const [problem, setProblem] = useState('');
  const take = async (files: () => GivenFile[] | Promise<GivenFile[]>) => {
    try {
      giveFiles(await files());
      setProblem('');
    } catch (error) {
      setProblem(wordsOf(error));
    }
    setCount(givenCount());
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button below is the first
    <div
      class="trainFolder"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(() => filesOfTransfer(event.dataTransfer));
      }}
    >
      <label class="button" for={id}>
        Choose a folder
      </label>
      <input
        id={id}
        class="visuallyHidden"
        type="file"
        multiple
        {...{ webkitdirectory: true }}
        onChange={({ currentTarget }) => void take(() => filesOfList(currentTarget.files))}
      />
      <span class="soft small" aria-live="polite">
        {problem !== '' && <span class="fieldNote isProblem">{problem}</span>}
        {problem === '' && count > 0 && `${formatCount(count)} files given.`}
        {problem === '' &&
          count === 0 &&
          'Or drop one here: a folder of pictures for each class. Nothing leaves this machine.'}
      </span>
    </div>
  );
}
