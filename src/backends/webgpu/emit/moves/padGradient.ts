/**
 * @file The gradient of padding: each pixel adds up the places of the padded picture that were copied from it.
 *
 * Along each axis those places lie in up to three stretches, so a pixel gathers from at most nine blocks, always
 * in the same order.
 */
import { unreachable } from '../../../../base/errors.ts';
import { fourAxes, sizeOf } from '../../../../base/shape.ts';
import { type Stretch, stretchesOf } from '../../../../compile/moves/padding.ts';
import { firstInput } from '../../../../graph/node.ts';
import { pad2dGradient } from '../../../../ops/moves/pad2d.ts';
import { defineKernel } from '../../defineKernel.ts';
import { scalars } from '../../kernel.ts';
import { flat, placesOf } from '../../language/indexing.ts';
import { inShares, inStep } from '../../language/reach.ts';

export const pad2dGradientKernel = defineKernel({
  op: pad2dGradient,
  plan: ({ shape }, { mode, pads }) => {
    const [, H, W] = fourAxes(shape);
    return {
      multiplyAdds: sizeOf(shape),
      plan: {
        rows: stretchesOf(H, pads[0][0], pads[0][1], mode),
        columns: stretchesOf(W, pads[1][0], pads[1][1], mode),
      },
    };
  },
  emit: (node, { rows, columns }, { target }) => {
    const dy = firstInput(node);
    const [N, PH, PW, C] = fourAxes(dy.shape);
    const work = flat(sizeOf(node.shape), target);
    const axes = fourAxes(node.shape).map((extent) => ({ extent }));
    const [n, h, w, c] = placesOf(axes, 'i');
    return [
      {
        inputs: [scalars(dy, inShares(work.items, dy, N))],
        outputs: [scalars(node, inStep)],
        work,
        code: ({ inputs: [from = unreachable], outputs: [to = unreachable], items }) => {
          const blocks = rows.flatMap((row) =>
            columns.map(
              (column) => `{
    ${range('row', row, 'h')}
    ${range('column', column, 'w')}
    for (var p = rowBegin; p < rowEnd; p++) {
      for (var q = columnBegin; q < columnEnd; q++) {
        sum += ${from(`((n * ${PH}u + u32(p)) * ${PW}u + u32(q)) * ${C}u + c`)};
      }
    }
  }`,
            ),
          );
          return `${work.open(items)}
  let n = ${n};
  let h = i32(${h});
  let w = i32(${w});
  let c = ${c};
  var sum = 0f;
  ${blocks.join('\n  ')}
  ${to('i', 'sum')}
}
`;
        },
      },
    ];
  },
});

/** The places of a stretch that were copied from `at`, as a range that may be empty. */
function range(name: string, { to, from, extent, step }: Stretch, at: string): string {
  if (step === 0) {
    return `let ${name}Begin = ${to}; let ${name}End = select(${to}, ${to + extent}, ${at} == ${from});`;
  }
  const steps = step > 0 ? `(${at} - ${from})` : `(${from} - ${at})`;
  const inside = `${steps} >= 0 && ${steps} < ${extent}`;
  return `let ${name}Begin = ${to} + ${steps}; let ${name}End = ${name}Begin + select(0, 1, ${inside});`;
}
