import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import { drawWindowAnswer } from './drawing.ts';
import { explainWindow } from './explain.ts';
import { explainInWords, workedCell } from './words.ts';

const answer = explainWindow({
  input: [3, 4],
  kernel: [2, 2],
  strides: [2, 2],
  dilation: [1, 1],
  padding: 'same',
  compute: { op: 'avg', values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
});

it('explains a window from formula to values', () => {
  expect(explainInWords(answer)).toMatchInlineSnapshot(`
    "avg 2x2 over 3x4, stride 2, padding same

    output = floor((input + before + after - reach) / stride) + 1
      height   floor((3 + 0 + 1 - 2) / 2) + 1 = 2
        same   max((ceil(3 / 2) - 1) * 2 + 2 - 3, 0) = 1 in all, 0 before and 1 after
      width    floor((4 + 0 + 0 - 2) / 2) + 1 = 2
        same   max((ceil(4 / 2) - 1) * 2 + 2 - 4, 0) = 0 in all, 0 before and 0 after
      output   2x2
      padding  top 0, bottom 1, left 0, right 0

      output (0, 0)     output (0, 1)     output (1, 1)
      ■ ■ □ □           □ □ ■ ■           □ □ □ □
      ■ ■ □ □           □ □ ■ ■           □ □ □ □
      □ □ □ □           □ □ □ □           □ □ ■ ■
      · · · ·           · · · ·           · · ▪ ▪
      ■ window   □ input   ▪ window on padding   · padding

    input
       1  2  3  4
       5  6  7  8
       9 10 11 12

    output
       3.5  5.5
       9.5 11.5

    each output cell, worked (padding adds nothing)
      y[0,0] = (1 + 2 + 5 + 6) / 4 = 3.5
      y[0,1] = (3 + 4 + 7 + 8) / 4 = 5.5
      y[1,0] = (9 + 10) / 2 = 9.5
      y[1,1] = (11 + 12) / 2 = 11.5

    coverage: how many windows see each input cell
      1 1 1 1
      1 1 1 1
      1 1 1 1
      Every cell is seen by 1 window.

      stride  valid  not seen  same  top bottom left right
      1       2x3    -         3x4   0 1 0 1
    > 2       1x2    1 row     2x2   0 1 0 0"
  `);
});

it('leaves out what would be too large to read, and says so', () => {
  const large = explainWindow({ ...answer.question, input: [60, 60], compute: undefined as never });
  expect(explainInWords(large)).toContain('as SVG it has room');
});

it('draws the same with every number in it, escaped and reproducible', () => {
  const svg = drawWindowAnswer(answer);
  expect(svg).toBe(drawWindowAnswer(answer));
  expect(svg).toContain('>3.5</text>');
  expect(svg).toContain('&gt; 2 ');
  expect(svg).not.toMatch(/NaN|undefined/);
});

it('draws numbers of a photograph as grays, with their range, however many', () => {
  const side = 300;
  const values = Array.from({ length: side * side }, (_, i) => (i % side) - 20);
  const photograph = explainWindow({
    ...answer.question,
    input: [side, side],
    kernel: [2, 2],
    strides: [2, 2],
    padding: 'valid',
    compute: { op: 'max', values },
  });
  const svg = drawWindowAnswer(photograph);
  expect(svg).toContain('input, -20 to 279');
  expect(svg).toContain('output 150x150, -19 to 279');
  const [input, output] = [...svg.matchAll(/base64,([^"]*)"/g)].map(([, letters = '']) =>
    decode(Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0))),
  );
  const zoom = (input?.width ?? 0) / side;
  const grayOf = (x: number) => [...(input?.data.slice(3 * zoom * x, 3 * zoom * x + 3) ?? [])];
  expect([0, 100, 299].map(grayOf)).toEqual(
    [0, 100, 299].map((x) => Array(3).fill(Math.round((255 * x) / 299))),
  );
  expect(output?.data[0]).toBe(0);
});

it('draws pictures of more cells than fit by parts of a pixel each, and refuses those beyond', () => {
  const of = (side: number) =>
    drawWindowAnswer(
      explainWindow({
        ...answer.question,
        input: [2, side],
        kernel: [1, 2],
        strides: [1, 2],
        padding: 'valid',
        compute: { op: 'max', values: Array.from({ length: 2 * side }, (_, i) => i) },
      }),
    );
  const widthsOf = (svg: string) =>
    [...svg.matchAll(/<image x="0" y="0" width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(widthsOf(of(512))).toEqual([1024, 512, 1024]);
  expect(widthsOf(of(1600))).toEqual([1024, 512, 1024]);
  expect(() => of(2050)).toThrow(/at most 2048/);
});

it('keeps the signs of numbers apart from those between them', () => {
  const signed = explainWindow({
    ...answer.question,
    input: [1, 2],
    kernel: [1, 2],
    strides: [1, 1],
    padding: 'valid',
    compute: { op: 'conv', values: [-3, 2], weights: [-1, 4] },
  });
  expect(workedCell(signed, 0, 0)).toBe('(-3)*(-1) + 2*4');
});
