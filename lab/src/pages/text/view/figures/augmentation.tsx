/**
 * @file One digit as training sees it, epoch after epoch: the distortions of 1998, by the library's sampler.
 */
import { openSampler, parseAugmentation } from 'fovea/web';
import { useMemo, useState } from 'preact/hooks';
import { PictureCanvas } from '../../../../figures/pictureCanvas.tsx';
import { Button } from '../../../../frame/controls/button.tsx';
import { digitPicture } from '../../../windows/experiment.ts';
import { DIGIT } from '../../numbers/windows.ts';

const SHAPE = [28, 28, 1] as const;
const SHOWN = 11;

export function Figure() {
  const [seed, setSeed] = useState(1);
  const pictures = useMemo(() => {
    const [height, width, channels] = SHAPE;
    const pixels = Uint8Array.from(digitPicture(DIGIT).data);
    const augmentation = parseAugmentation('lenet5-1998', SHAPE);
    const sample = openSampler({ shape: SHAPE, augmentation, seed });
    const drawn = Array.from({ length: SHOWN }, (_, epoch) =>
      sample({ width, height, channels, pixels }, epoch, 0),
    );
    return [pixels, ...drawn];
  }, [seed]);
  return (
    <div class="textWindow">
      <ul class="textPictures">
        {pictures.map((pixels, i) => (
          <li key={i}>
            <PictureCanvas
              pixels={pixels}
              shape={SHAPE}
              label={i === 0 ? `A ${DIGIT} as it is` : `The same in epoch ${i}`}
            />
            <span class="small soft">{i === 0 ? 'as it is' : `epoch ${i}`}</span>
          </li>
        ))}
      </ul>
      <div>
        <Button onClick={() => setSeed(seed + 1)}>Draw others</Button>
      </div>
    </div>
  );
}
