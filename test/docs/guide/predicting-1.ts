import { loadModel, openPredictor, openSession, readImage } from '../../../src/index.ts';

const session = await openSession({ threads: 1 });
const read = openPredictor(session, await loadModel('runs/pets'));
const picture = await readImage('pictures/cats/cats-00.jpg', { channels: 1 });
const { answers, blank } = await read(picture, { top: 3 });
console.log(answers.map((answer) => answer.class).sort(), blank);
read.close();
await session.close();
