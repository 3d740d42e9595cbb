/**
 * @file The test pictures that a network is most wrong about: what they are, what it says, how sure it is.
 */
import { formatShare } from '../../figures/numbers.ts';
import { PictureCanvas } from '../../figures/pictureCanvas.tsx';
import type { Tested } from './record.ts';

export function Mistakes({ tested }: { readonly tested: Tested }) {
  const { pictures, evaluation } = tested;
  const { images, shape, mistakes } = pictures;
  const { classes } = evaluation;
  const [H, W, C] = shape;
  const size = H * W * C;
  if (mistakes.length === 0) return <p class="soft small">None among the test pictures.</p>;
  return (
    <ul class="trainMistakes">
      {mistakes.map(({ index, label, predicted, confidence }, i) => {
        const words = `${classes[label]}, taken for ${classes[predicted]} (${formatShare(confidence, 0)})`;
        return (
          <li key={index} title={`test picture ${index}: ${words}`}>
            <PictureCanvas
              pixels={images.subarray(i * size, (i + 1) * size)}
              shape={shape}
              label={words}
            />
            <span aria-hidden="true">
              {short(classes[label])} <b>→ {short(classes[predicted])}</b>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const short = (name: string | undefined): string => (name ?? '').slice(0, 5);
