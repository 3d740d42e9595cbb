/**
 * @file Colours of the light changed as they vary in the training set (2012, section 4.1).
 *
 *   every pixel += sum over i of p_i alpha_i sqrt(lambda_i),   alpha_i normal, one draw per presentation
 *
 * p_i and lambda_i: eigenvectors and eigenvalues of the 3 x 3 covariance of the training set's pixels.
 * The paper writes p_i alpha_i lambda_i with colours whose scale it does not say; in squared pixel units
 * lambda_i is a variance, and its root, the deviation, is what keeps alpha = 0.1 a tenth of the natural
 * variation. Next stop: `../statistics.ts`, which computes them.
 */
import { FoveaError } from '../../base/errors.ts';
import type { TransformDefinition } from './transform.ts';

export const pca: TransformDefinition = {
  name: 'pca',
  says: "colours moved along the training set's principal components",
  amount: { means: 'standard deviation of the draws', least: 0, most: 10, fallback: 0.1 },
  apply: (deviation, { colours }) => {
    if (colours === undefined) {
      throw new FoveaError({
        problem: 'pca needs the principal colours of a training set',
        expected: '`colours`, as `measureTraining` computes them',
      });
    }
    const { vectors, values: variances } = colours;
    return (plane, random) => {
      const shift = new Float64Array(plane.channels);
      vectors.forEach((vector, i) => {
        const along = deviation * random.normal() * Math.sqrt(variances[i]);
        for (let c = 0; c < shift.length; c++) shift[c] += along * vector[c];
      });
      const { channels } = plane;
      const values = new Float32Array(plane.values);
      for (let i = 0; i < values.length; i += channels) {
        for (let c = 0; c < channels; c++) values[i + c] += shift[c];
      }
      return { ...plane, values };
    };
  },
};
