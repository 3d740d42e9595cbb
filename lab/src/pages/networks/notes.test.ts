import { accountsOf, compareConventions, modelNames, modelOf, summarize } from 'fovea/web';
import { describe, expect, it } from 'vitest';
import { correctionsOf, MODEL, notedPlaces } from './notes.ts';

const parametersOf = (model: string, layer: string): number =>
  summarize(modelOf(model)).layers.find(({ name }) => name === layer)!.parameters;

const count = (n: number): string => n.toLocaleString('en-US');

describe('corrections', () => {
  it('stand at layers that there are', () => {
    for (const [model, layer] of notedPlaces()) {
      expect(modelNames).toContain(model);
      const names = ['input', MODEL, ...modelOf(model).layers.map(({ name }) => name)];
      expect(names, model).toContain(layer);
    }
  });

  it('have the library’s numbers', () => {
    const right = (model: string, layer: string) =>
      correctionsOf(model, layer)
        .map((note) => `${note.often} ${note.right}`)
        .join(' ');
    const totals = (model: string) => count(summarize(modelOf(model)).totals.parameters);
    expect(right('lenet5', MODEL)).toContain(totals('lenet5'));
    expect(right('alexnet-cifar10', MODEL)).toContain(totals('alexnet-cifar10'));
    expect(right('lenet5', 'conv2d_1')).toContain(count(parametersOf('lenet5', 'conv2d_1')));
    expect(right('lenet5', 'conv2d_1')).toContain(count(parametersOf('lenet5-1998', 'c3')));
    expect(right('alexnet', 'conv2')).toContain(count(parametersOf('alexnet', 'conv2')));
    expect(right('alexnet', 'conv2')).toContain(count(parametersOf('alexnet-single', 'conv2')));
    const published = summarize(modelOf('lenet5-1998')).totals;
    expect(right('lenet5-1998', 'output')).toContain(count(published.trainable));
    expect(right('lenet5-1998', 'output')).toContain(count(published.connections));
    expect(right('lenet5-1998', 'output')).toContain(count(published.fixed));
    const { conventions, why } = compareConventions(accountsOf(modelOf('alexnet-single')), 'text');
    for (const counted of [conventions.text, conventions.paper, conventions.modern])
      expect(right('alexnet', MODEL)).toContain(count(counted!.parameters));
    expect(right('alexnet', MODEL)).toContain(count(conventions.text!.computation));
    expect(right('alexnet', MODEL)).toContain(count(conventions.paper!.computation));
    expect(why).toContain('9,192');
  });

  it('name the maps of Table I', () => {
    const { options } = modelOf('lenet5-1998').layers[2];
    const connections = options.connections as number[][];
    const [note] = correctionsOf('lenet5-1998', 'c3');
    for (const map of [12, 13, 14])
      expect(note.right).toContain(`map ${map} sees ${connections[map].join(', ')}`);
  });
});
