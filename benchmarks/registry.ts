import type { Benchmark } from "./benchmark.js";
import { chainGradient } from "./chain-gradient.js";
import { equilibriumPropagationGradient } from "./equilibrium-propagation.js";
import { henonHeilesSteps } from "./henon-heiles.js";
import { langevinEnsemble } from "./langevin-ensemble.js";
import { latticeSteps } from "./lattice.js";
import { matrixProducts } from "./matrix-product.js";
import { networkRelaxation } from "./relaxation.js";

/** All benchmarks, in the order of the report. */
export const benchmarks: readonly Benchmark[] = [
  chainGradient,
  latticeSteps,
  henonHeilesSteps,
  langevinEnsemble,
  networkRelaxation,
  equilibriumPropagationGradient,
  matrixProducts,
];
