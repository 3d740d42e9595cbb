import { layers, sequential } from '../../../src/index.ts';

try {
  sequential({ inputShape: [4, 4, 1] }, [layers.conv2d({ filters: 2, kernelSize: 5 })]);
} catch (error) {
  console.log(String(error));
}
