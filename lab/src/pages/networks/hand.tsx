/**
 * @file The network handed on: to the Train and Look pages, as a file, to the clipboard.
 */
import { commentedModel, type ModelSpec } from 'fovea/web';
import { useState } from 'preact/hooks';
import { Button } from '../../frame/controls/button.tsx';
import { formatAddress } from '../../frame/state/address.ts';

interface HandProps {
  /** null: it does not fit together, and nothing can be done with it. */
  readonly spec: ModelSpec | null;
  readonly words: string;
}

export function HandOn({ spec, words }: HandProps) {
  const [said, setSaid] = useState('');
  if (spec === null) return <p class="soft">Mend the network to train it or to save it.</p>;
  const file = () => commentedModel(spec, spec.name, [`${words}, written by Fovea's lab`]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(file());
      setSaid('Copied.');
    } catch {
      setSaid('The browser refused; save the file instead.');
    }
  };
  const query = `model=${encodeURIComponent(words).replaceAll('%2C', ',')}`;
  return (
    <div class="networksHand">
      <a class="button isPrimary" href={formatAddress({ page: 'train', place: '', query })}>
        Train it
      </a>
      <a class="button" href={formatAddress({ page: 'look', place: '', query })}>
        Look into it
      </a>
      <Button onClick={() => save(file())}>Save model.json</Button>
      <Button onClick={() => void copy()}>Copy as JSON</Button>
      <span role="status" class="soft small">
        {said}
      </span>
    </div>
  );
}

function save(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), {
    href: address,
    download: 'model.json',
  });
  link.click();
  // The download has begun by then; the page would keep the text for good.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
