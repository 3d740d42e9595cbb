import { describe, expect, it } from 'vitest';
import { bar, batchLine, compilingLine, downloadLine, epochLine } from './progress.ts';

describe('progress lines', () => {
  it('say what a device is busy with before the first step', () => {
    expect(compilingLine(99)).toBe('Compiling 99 kernels ...');
    expect(compilingLine(1)).toBe('Compiling 1 kernel ...');
  });

  it('read like those of Keras', () => {
    const epoch = {
      type: 'epoch',
      epoch: 1,
      epochs: 3,
      batches: 375,
      isBest: true,
      train: { loss: 0.30214, accuracy: 0.91018 },
      validation: { loss: 0.142, accuracy: 0.95708 },
      learningRate: 0.001,
      seconds: 2.96,
      waiting: 0.01,
    } as const;
    expect(epochLine(epoch)).toBe(
      '375/375 - 3s - loss: 0.3021 - accuracy: 0.9102 - val_loss: 0.1420 - val_accuracy: 0.9571 - 7.9ms/step',
    );
    expect(epochLine({ ...epoch, validation: null, seconds: 750 })).toBe(
      '375/375 - 750s - loss: 0.3021 - accuracy: 0.9102 - 2.0s/step',
    );
    const train = { ...epoch.train, metrics: { accuracy: 0.91018, top5Accuracy: 0.99 } };
    expect(epochLine({ ...epoch, train, validation: null })).toContain(
      '3s - loss: 0.3021 - accuracy: 0.9102 - top5Accuracy: 0.9900 - 7.9ms/step',
    );
    expect(epochLine({ ...epoch, waiting: 0.74 })).toMatch(/7\.9ms\/step - 25 % of it waiting/);
  });

  it('say how far and how long', () => {
    const batch = {
      type: 'batch',
      epoch: 1,
      epochs: 3,
      learningRate: 0.1,
      loss: 0.5,
      accuracy: 0.75,
    } as const;
    expect(batchLine({ ...batch, batch: 10, batches: 40, seconds: 2 })).toBe(
      '━━━━━─────────────── 10/40 - 6s left - 200ms/step - loss: 0.5000 - accuracy: 0.7500',
    );
    expect(batchLine({ ...batch, batch: 40, batches: 40, seconds: 0.2 })).toContain(' - 0.2s - ');
    expect(downloadLine({ file: 'a.gz', url: '', received: 5e6, total: 1e7 })).toBe(
      'Downloading a.gz ━━━━━━━━━━────────── 5.0 of 10.0 MB',
    );
  });

  it('draw a bar of fixed width, whatever the share', () => {
    for (const share of [-1, 0, 0.49, 1, 7]) expect(bar(share).length).toBe(20);
    expect(bar(1, 4)).toBe('━━━━');
  });
});
