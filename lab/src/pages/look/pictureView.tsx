/**
 * @file A picture as it is, whole in a square.
 */
import type { Picture } from 'fovea/web';
import { useEffect, useRef } from 'preact/hooks';

export function PictureView({ picture }: { readonly picture: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, channels, pixels } = picture;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const data = new Uint8ClampedArray(4 * width * height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) data[4 * i + c] = pixels[i * channels + (c % channels)] ?? 0;
      data[4 * i + 3] = 255;
    }
    context.putImageData(new ImageData(data, width, height), 0, 0);
  }, [width, height, channels, pixels]);
  const isSmall = Math.max(width, height) < 100;
  return (
    <canvas ref={canvas} class={isSmall ? 'isSmall' : undefined} width={width} height={height} />
  );
}
