/** eqprop: dynamical systems that learn by their own physics. */

export * from "./core/index.js";
export * from "./integrators/index.js";
export * from "./learning/index.js";
export * from "./systems/index.js";
