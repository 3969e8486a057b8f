/** Formulas with `#` in the place of a name. */
export const filled = (template: string, name: string): string => template.replaceAll("#", name);

/** Activations rho of a unit's state, and their slopes rho'. */
const ACTIVATION_SLOPES = {
  "#": "1",
  "tanh(#)": "(1 - tanh(#)^2)",
  "sigmoid(#)": "(sigmoid(#)*(1 - sigmoid(#)))",
  "sin(#)": "cos(#)",
  "softplus(#)": "sigmoid(#)",
  "atan(#)": "(1/(1 + #^2))",
} as const;

/** An activation of a unit's state. */
export type Activation = keyof typeof ACTIVATION_SLOPES;

/** From the plainest to others. */
export const ACTIVATIONS = Object.keys(ACTIVATION_SLOPES) as readonly Activation[];

/** The derivative of an activation, as a factor. */
export const slopeOf = (activation: Activation): string => ACTIVATION_SLOPES[activation];

/** Costs of a block `#` with the target y. */
export const LOSSES = ["sum((# - y)^2)/2", "sum(logcosh(# - y))", "sum(softplus(#) - y*#)"] as const;

/** Adds terms, some of which begin with a minus sign. */
export const summed = (terms: readonly string[]): string => terms.join(" + ").replaceAll("+ -", "- ");
