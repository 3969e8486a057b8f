import { InputError } from "../../core/errors.js";
import {
  type ByParameter,
  checkByParameter,
  checkCovered,
  checkNumber,
  type LearningRate,
  type Optimiser,
  type ParameterArrays,
  rateAt,
  settingOf,
  zerosLike,
} from "./optimiser.js";

/** Options of {@link adam}. */
export interface AdamOptions {
  /** A number or a schedule, for all parameters or by block name. */
  readonly learningRate: ByParameter<LearningRate>;
  /** What is kept of the average of the gradient, in [0, 1). @defaultValue 0.9 */
  readonly beta1?: number;
  /** What is kept of the average of the squared gradient, in [0, 1). @defaultValue 0.999 */
  readonly beta2?: number;
  /** Added to the root of the average square, so that the step stays bounded where gradients vanish. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /**
   * Shrinks the parameters by learningRate * weightDecay at each update, apart from the gradient (AdamW); names that are
   * left out do not decay. A quadratic penalty that is to act through the gradient belongs in the cost.
   *
   * @defaultValue 0
   */
  readonly weightDecay?: ByParameter<number>;
}

/**
 * Adam: each entry steps by its own scale. With the gradient g, the averages m and v (zero at first), the learning rate h,
 * the weight decay d and k the number of this update from 1,
 *
 *     m <- beta1 m + (1 - beta1) g
 *     v <- beta2 v + (1 - beta2) g^2
 *     theta <- theta - h [ (m / (1 - beta1^k)) / (sqrt(v / (1 - beta2^k)) + epsilon) + d theta ].
 *
 * Sources: Kingma & Ba 2015; decoupled weight decay: Loshchilov & Hutter 2019.
 *
 * @throws InputError for a learning rate or weight decay below 0, a beta outside [0, 1), or an epsilon that is not positive
 */
export function adam(options: AdamOptions): Optimiser {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const field = "adam learningRate";
  checkByParameter(field, learningRate);
  checkByParameter("adam weightDecay", weightDecay);
  checkNumber("adam beta1", beta1, 1);
  checkNumber("adam beta2", beta2, 1);
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new InputError({ field: "adam epsilon", given: String(epsilon), expected: "a positive number" });
  }
  return {
    name: "adam",
    initialise(parameters) {
      checkCovered(field, learningRate, parameters);
      return { updates: 0, averages: { mean: zerosLike(parameters), square: zerosLike(parameters) } };
    },
    update(parameters, gradient, state) {
      const { mean, square } = state.averages as { readonly mean: ParameterArrays; readonly square: ParameterArrays };
      const meanScale = 1 / (1 - beta1 ** (state.updates + 1));
      const rootScale = 1 / Math.sqrt(1 - beta2 ** (state.updates + 1));
      for (const name in parameters) {
        const values = parameters[name] as Float64Array;
        const slopes = (gradient[name] as { readonly data: Float64Array }).data;
        const means = mean[name] as Float64Array;
        const squares = square[name] as Float64Array;
        const rate = rateAt(field, learningRate, name, state.updates);
        const decay = settingOf(weightDecay, name) ?? 0;
        for (let k = 0; k < values.length; k++) {
          const slope = slopes[k] as number;
          const m = beta1 * (means[k] as number) + (1 - beta1) * slope;
          const v = beta2 * (squares[k] as number) + (1 - beta2) * slope * slope;
          means[k] = m;
          squares[k] = v;
          const value = values[k] as number;
          const direction = (meanScale * m) / (rootScale * Math.sqrt(v) + epsilon);
          values[k] = value - rate * (direction + decay * value);
        }
      }
      state.updates++;
    },
  };
}
