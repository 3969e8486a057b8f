/** Expressions, systems' common interface, simulation and diagnostics. */

export { type Bindings, evaluate as evaluateExpressions, evaluateScalar } from "./compile/interpreter/evaluate.js";
export { interpreter } from "./compile/interpreter/interpreter.js";
export { canGenerateCode, emittedLoop, javascript } from "./compile/javascript/javascript.js";
export type {
  Backend,
  BatchOptions,
  Carried,
  CompiledFunction,
  CompiledLoop,
  FunctionProgram,
  LoopProgram,
} from "./compile/program.js";
export { describe } from "./describe.js";
export * from "./diagnostics/index.js";
export { InputError, type InputProblem } from "./errors.js";
export {
  gradient,
  hessianProduct,
  jacobianProduct,
  transposedJacobianProduct,
} from "./expression/derivatives.js";
export { type Complex, type Expression, type Primitive, type Shape, ShapeError } from "./expression/expression.js";
export * from "./expression/functions.js";
export { jacobianMatrix } from "./expression/jacobian-matrix.js";
export { batchExpressions, complexify, substitute } from "./expression/transform.js";
export * from "./formula/index.js";
export { hamiltonianPart } from "./hamiltonian-parts.js";
export type {
  HamiltonianPartName,
  HamiltonianTerm,
  Integrator,
  PreservedForm,
  StateExpressions,
  StepContext,
} from "./integrator.js";
export { type LayerCost, type LayerCostDeclaration, layerCost } from "./layers/layer-cost.js";
export type { LayerParameterValues } from "./layers/layer-values.js";
export type { LayeredAction, LayerNames } from "./layers/layered-action.js";
export { fillNormals, fillUniforms, philox4x32, RANDOM_STREAM_FORMAT, RandomStream } from "./random.js";
export {
  held,
  type InputValue,
  nodes,
  type Progress,
  type SaveOptions,
  type SimulateAsyncOptions,
  type SimulateOptions,
  SimulationError,
  type SimulationResult,
  simulate,
  simulateAsync,
  trajectoryOf,
} from "./simulation/index.js";
export type {
  BlockNames,
  DynamicalSystem,
  InputBlock,
  KineticStructure,
  NumericValue,
  ParameterBlock,
  StateArray,
  StateBlock,
  SystemFacts,
  SystemKind,
  Values,
} from "./system.js";
