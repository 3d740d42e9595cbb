/**
 * @file What of a network is other than published: each change with a button that takes it back.
 */
import { modelWords } from 'fovea/web';
import type { EditedModel } from './model.ts';

interface ChangesProps {
  readonly model: EditedModel;
  readonly onWords: (words: string) => void;
}

export function Changes({ model: { name, settings }, onWords }: ChangesProps) {
  const entries = Object.entries(settings);
  if (entries.length === 0) return null;
  const without = (key: string) =>
    modelWords(name, Object.fromEntries(entries.filter(([one]) => one !== key)));
  return (
    <ul class="networksChanges" aria-label="Changes">
      {entries.map(([key, value]) => (
        <li key={key}>
          <code>
            {key} = {Array.isArray(value) ? value.join('/') : String(value)}
          </code>
          <button
            type="button"
            aria-label={`Take back ${key}`}
            title="Take back"
            onClick={() => onWords(without(key))}
          >
            ×
          </button>
        </li>
      ))}
      {entries.length > 1 && (
        <li>
          <button type="button" class="networksAll" onClick={() => onWords(name)}>
            All as published
          </button>
        </li>
      )}
    </ul>
  );
}
