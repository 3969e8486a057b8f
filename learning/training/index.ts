export {
  CHECKPOINT_FORMAT,
  type Checkpoint,
  type EpochRecord,
  type EpochSums,
  type TrainingIdentity,
} from "./checkpoint.js";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-bytes.js";
export {
  arrayExamples,
  type ExampleData,
  type ExampleSeries,
  type Examples,
  type ExampleValues,
  imageExamples,
  type OneHotOptions,
  oneHot,
} from "./examples.js";
export { type InitialParametersOptions, initialParameters } from "./initial-parameters.js";
export type { TrainingOptions, TrainingResult } from "./options.js";
export type { TrainingProgress } from "./progress.js";
export type { SettlingLimits } from "./settling-watch.js";
export { train } from "./train.js";
export { TrainingError, type TrainingFailure } from "./training-error.js";
