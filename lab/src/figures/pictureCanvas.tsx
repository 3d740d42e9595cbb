/**
 * @file A picture of bytes, one pixel a pixel, scaled up without smoothing.
 */
import './figures.css';
import { useEffect, useRef } from 'preact/hooks';

interface PictureProps {
  /** (H, W, C), row by row; one channel or three. */
  readonly pixels: ArrayLike<number>;
  readonly shape: readonly [number, number, number];
  /** What is seen, in words. */
  readonly label: string;
}

export function PictureCanvas({ pixels, shape, label }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [H, W, C] = shape;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) context.putImageData(new ImageData(rgbaOf(pixels, C), W, H), 0, 0);
  }, [pixels, H, W, C]);
  return <canvas ref={canvas} class="picture" width={W} height={H} role="img" aria-label={label} />;
}

/** Grey or colours as red, green, blue and full opacity. */
export function rgbaOf(
  pixels: ArrayLike<number>,
  channels: number,
): Uint8ClampedArray<ArrayBuffer> {
  const count = Math.floor(pixels.length / channels);
  const rgba = new Uint8ClampedArray(4 * count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      rgba[4 * i + c] = pixels[i * channels + Math.min(c, channels - 1)] ?? 0;
    }
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}
