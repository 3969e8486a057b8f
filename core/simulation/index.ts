export { type Clock, type Horizon, layClock, stepOf, timeAt } from "./clock.js";
export { SimulationError, type SimulationFailure } from "./failure.js";
export {
  type HeldInput,
  held,
  type InputFunction,
  type InputGrid,
  type InputRows,
  type InputSource,
  type InputTiming,
  type InputValue,
  inputSource,
  type NodeInput,
  nodes,
} from "./inputs.js";
export { type ObservedRun, type Observer, observer, readSystemExpression } from "./observer.js";
export type {
  InitialValues,
  ParameterValues,
  Progress,
  SaveOptions,
  SimulateAsyncOptions,
  SimulateOptions,
  SystemExpression,
} from "./options.js";
export type { SimulationResult, SimulationStatus } from "./result.js";
export { type NoisePlace, type RowFiller, rowFiller } from "./rows.js";
export { simulate, simulateAsync } from "./simulate.js";
export {
  type InputRow,
  type NoiseRow,
  START_TIME,
  STEP_SIZE,
  type StepProgram,
  type StepProgramOptions,
  stepProgram,
} from "./step-program.js";
export { trajectoryOf } from "./trajectory-of.js";
export { type BlockValues, blockValues, checkNames, entryName } from "./values.js";
