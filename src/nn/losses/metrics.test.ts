import { expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { batchInput } from '../../graph/node.ts';
import { hitsByLabels, hitsByTargets } from './metrics.ts';

const CLASSES = 5;
/** Scores of few values, so that many are alike; rows with NaN at the end. */
const rows = 60;
const scores = Float32Array.from({ length: rows * CLASSES }, (_, i) =>
  i >= (rows - 3) * CLASSES && i % 4 === 0 ? Number.NaN : (i * i * 7 + (i % 11) * 3) % 4,
);
const labels = Int32Array.from({ length: rows }, (_, n) => (n * n + n) % CLASSES);

it.each(['reference', 'wasm'] as const)(
  'counts the k best alike by labels and by targets, ties and NaN too (%s)',
  async (backend) => {
    await using session = await openSession({ backend, threads: 1 });
    for (const k of [1, 2, 3, 4]) {
      const [x, t] = ['scores', 'targets'].map((name) => batchInput(name, [rows, CLASSES]));
      const numbers = batchInput('labels', [rows], 'i32');
      const outputs = { labels: hitsByLabels(x, numbers, k), targets: hitsByTargets(x, t, k) };
      const program = session.compile({ outputs, updates: [] });
      program.input('scores').set(scores);
      program.input('labels').set(labels);
      // Shares of classes: the largest is the truth.
      const targets = program.input('targets');
      for (let i = 0; i < targets.length; i++) {
        targets[i] = i % CLASSES === labels[Math.floor(i / CLASSES)] ? 0.6 : 0.1;
      }
      program.run();
      const byLabels = Array.from(await program.output('labels'));
      expect(Array.from(await program.output('targets'))).toEqual(byLabels);
      const share = byLabels.filter((hit) => hit === 1).length;
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(rows);
    }
  },
);
