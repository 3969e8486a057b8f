export type {
  HamiltonianLayer,
  LayerDeclaration,
  OrdinaryLayer,
  PoolingLayer,
  StackDeclaration,
} from "./declaration.js";
export { type HamiltonianStack, hamiltonianStack } from "./hamiltonian-stack.js";
export {
  type LayerwiseHamiltonianEchoOptions,
  type LayerwiseRuleDefinition,
  layerwiseHamiltonianEcho,
  layerwiseRule,
} from "./layerwise-rule.js";
export { overSeries, type SeriesLearning } from "./series.js";
