import { InputError } from "../../core/errors.js";
import {
  type ByParameter,
  checkByParameter,
  checkCovered,
  checkNumber,
  type LearningRate,
  type Optimiser,
  type OptimiserState,
  rateAt,
  settingOf,
  zerosLike,
} from "./optimiser.js";

/** Options of {@link stochasticGradientDescent}. */
export interface StochasticGradientDescentOptions {
  /** A number or a schedule, for all parameters or by block name. */
  readonly learningRate: ByParameter<LearningRate>;
  /** What is kept of the velocity from update to update, in [0, 1). @defaultValue 0 */
  readonly momentum?: number;
  /** Steps along the gradient plus the velocity it will have. @defaultValue false */
  readonly nesterov?: boolean;
  /**
   * Shrinks the parameters by learningRate * weightDecay at each update, apart from the gradient and its momentum; names
   * that are left out do not decay. A quadratic penalty that is to act through the gradient belongs in the cost.
   *
   * @defaultValue 0
   */
  readonly weightDecay?: ByParameter<number>;
}

/**
 * Gradient descent with momentum. With the gradient g, the velocity v (zero at first), the learning rate h, the momentum m
 * and the weight decay d,
 *
 *     v <- m v + g
 *     theta <- theta - h (v + d theta)          or, with Nesterov's momentum, theta - h (g + m v + d theta).
 *
 * Sources: Polyak 1964; Nesterov 1983 in the form of Sutskever, Martens, Dahl & Hinton 2013; decoupled weight decay:
 * Loshchilov & Hutter 2019.
 *
 * @throws InputError for a learning rate or weight decay below 0, a momentum outside [0, 1), or Nesterov's momentum of 0
 */
export function stochasticGradientDescent(options: StochasticGradientDescentOptions): Optimiser {
  const { learningRate, momentum = 0, nesterov = false, weightDecay = 0 } = options;
  const field = "stochasticGradientDescent learningRate";
  checkByParameter(field, learningRate);
  checkByParameter("stochasticGradientDescent weightDecay", weightDecay);
  checkNumber("stochasticGradientDescent momentum", momentum, 1);
  if (nesterov && momentum === 0) {
    throw new InputError({
      field: "stochasticGradientDescent nesterov",
      given: "true with the momentum 0",
      expected: "a momentum above 0",
    });
  }
  const plain = "stochastic gradient descent";
  return {
    name: momentum === 0 ? plain : `${plain} with momentum`,
    initialise(parameters) {
      checkCovered(field, learningRate, parameters);
      const averages: OptimiserState["averages"] = momentum === 0 ? {} : { velocity: zerosLike(parameters) };
      return { updates: 0, averages };
    },
    update(parameters, gradient, state) {
      for (const name in parameters) {
        const values = parameters[name] as Float64Array;
        const slopes = (gradient[name] as { readonly data: Float64Array }).data;
        const velocities = state.averages.velocity?.[name];
        const rate = rateAt(field, learningRate, name, state.updates);
        const decay = settingOf(weightDecay, name) ?? 0;
        for (let k = 0; k < values.length; k++) {
          const slope = slopes[k] as number;
          let direction = slope;
          if (velocities !== undefined) {
            const velocity = momentum * (velocities[k] as number) + slope;
            velocities[k] = velocity;
            direction = nesterov ? slope + momentum * velocity : velocity;
          }
          const value = values[k] as number;
          values[k] = value - rate * (direction + decay * value);
        }
      }
      state.updates++;
    },
  };
}
