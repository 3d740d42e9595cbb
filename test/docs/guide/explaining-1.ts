import { explain, loadModel, openSession } from '../../../src/index.ts';

const session = await openSession({ threads: 1 });
const model = await loadModel('runs/digits');
const pixels = new Uint8Array(28 * 28).fill(255, 300, 500); // (H, W, C) bytes, as the model reads them
const { explanations } = await explain(session, model, pixels, {
  methods: ['integratedGradients', 'gradCam'],
  class: '1',
});
for (const { method, map, notes } of explanations) console.log(method, map.length, notes.length);
await session.close();
