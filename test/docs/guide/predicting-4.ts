import { atTemperature, calibrationOf, fitTemperature } from '../../../src/index.ts';

const labels = Int32Array.of(0, 0, 0, 1); // what is so
const probabilities = Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1); // what it says: always 0
const { temperature } = fitTemperature({ probabilities, labels });
const scaled = atTemperature(probabilities, 2, temperature);
console.log(temperature.toFixed(2), scaled[0]?.toFixed(2));
console.log(calibrationOf({ probabilities, labels })?.expectedError.toFixed(2));
