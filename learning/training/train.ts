import type { BlockNames } from "../../core/system.js";
import type { AnyTrainingOptions, TrainingOptions, TrainingResult } from "./options.js";
import { TrainingClock } from "./progress.js";
import { TrainingRun } from "./training-run.js";

/**
 * Learns a task from examples. In each epoch the data are shuffled and cut into batches; for each batch the rule gives the
 * gradient of the mean cost and the optimiser updates the parameters.
 *
 *     const { parameters } = await train({
 *       task,
 *       rule: equilibriumPropagation({ nudge: 0.1, settle: fixedPoint({ tolerance: 1e-3 }) }),
 *       optimiser: adam({ learningRate: 1e-3 }),
 *       parameters: initialParameters(task.system, { seed: 1 }),
 *       data: { input: { x: imageExamples(images) }, target: { y: oneHot(labels, 10) } },
 *       batch: 64,
 *       epochs: 3,
 *       onProgress: ({ fraction, cost }) => console.log(fraction, cost),
 *     });
 *
 * A task with a horizon learns by a rule of trajectories. Its data hold `initial` states besides, and inputs and targets may
 * vary in time: `held` or `nodes` rows of the shape [rows, examples, ...shape], or [rows, ...shape] for all examples.
 *
 * The same options give the same parameters to the bit, and a training that was interrupted after any batch and resumed
 * from its checkpoint ends as if it had not been. The order of epoch k, counted from 0, comes from the random stream
 * 2^31 + k of the seed. The event loop turns about twenty times a second.
 *
 * @returns the parameters, one record per epoch, and a checkpoint to go on from
 * @throws InputError before any work starts, as a rejection, where an option does not fit or the checkpoint belongs to
 * another training
 * @throws TrainingError as a rejection, with the last good checkpoint, where phases do not settle, a number is no longer
 * finite, or the data or a callback throw an error
 */
export async function train<N extends BlockNames, T extends string>(
  options: TrainingOptions<N, T>,
): Promise<TrainingResult<N>> {
  const erased = options as unknown as AnyTrainingOptions;
  const run = new TrainingRun(erased);
  try {
    await drive(run, erased);
  } catch (error) {
    throw run.failure(error);
  }
  return run.result() as unknown as TrainingResult<N>;
}

async function drive(run: TrainingRun, options: AnyTrainingOptions): Promise<void> {
  const { signal, onProgress, validate, onCheckpoint, checkpointEvery = run.batches } = options;
  const clock = new TrainingClock(run.position.examples, run.allExamples);
  let isStopped = false;
  const report = (validation?: Readonly<Record<string, number>>): void => {
    isStopped ||= onProgress?.(clock.progress(run.position, validation)) === false;
  };
  while (!run.isFinished && !isStopped && signal?.aborted !== true) {
    if (!run.isEpochDone) run.step();
    const isPauseDue = clock.isPauseDue;
    if (run.isEpochDone) {
      const validation = await validate?.(run.parameters, run.position.epoch);
      report(validation);
      run.closeEpoch(validation);
    } else if (isPauseDue) report();
    if (run.updates % checkpointEvery === 0) await onCheckpoint?.(run.checkpoint());
    if (isPauseDue) await clock.pause();
  }
}
