import type { ImageDataset } from "../../learning/data/index.js";
import { adam, cosineSchedule } from "../../learning/optimisers/index.js";
import { classificationAccuracy, predict } from "../../learning/predict.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import {
  type EpochRecord,
  imageExamples,
  oneHot,
  TrainingError,
  type TrainingResult,
  train,
} from "../../learning/training/index.js";
import { duration, progressBar } from "../progress-bar.js";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint-file.js";
import { type ImageTask, imageTask, type MainJobOptions, settle, sizesFor } from "./settings.js";

/** Outputs of the network for a set of images: potentials, whose order is that of the rates. */
export function classify(
  task: ImageTask,
  parameters: Readonly<Record<string, Float64Array>>,
  images: ImageDataset["test"],
) {
  const { state } = predict(task, {
    parameters: parameters as never,
    input: { x: imageExamples(images) },
    settle,
    batch: 100,
    keep: ["output"],
  });
  return state.output;
}

/** What learning gave. */
export interface Learned {
  readonly task: ImageTask;
  readonly parameters: Readonly<Record<string, Float64Array>>;
  readonly history: readonly EpochRecord[];
  /** Fraction of the test images classified rightly. */
  readonly accuracy: number;
  readonly status: TrainingResult["status"];
}

/** Trains the network, showing progress; Ctrl-C keeps a checkpoint. */
export async function learn(dataset: ImageDataset, options: MainJobOptions): Promise<Learned> {
  const { hidden, epochs, batch } = sizesFor(dataset, options);
  const { task, parameters: initial } = imageTask(dataset, hidden, options.seed);
  const resume = options.resume ? await loadCheckpoint(options.checkpoint) : undefined;
  const { learningRate, nudge, seed } = options;
  const updates = epochs * Math.ceil(dataset.train.count / batch);
  console.log(
    `Training ${task.system.name} by centred equilibrium propagation: ${epochs} epochs, batch ${batch}, nudge ${nudge}.`,
  );
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt);
  const bar = progressBar();
  bar.start("training");
  let result: TrainingResult;
  try {
    result = (await train({
      task,
      rule: equilibriumPropagation({ nudge, settle, inputGradient: false }),
      optimiser: adam({ learningRate: cosineSchedule({ initial: learningRate, final: learningRate / 20, updates }) }),
      parameters: initial,
      data: {
        input: { x: imageExamples(dataset.train) },
        target: { y: oneHot(dataset.train.labels, dataset.classes) },
      },
      batch,
      epochs,
      seed,
      signal: abort.signal,
      ...(resume === undefined ? {} : { resume }),
      validate: (parameters) => ({
        accuracy: classificationAccuracy(classify(task, parameters, dataset.test), dataset.test.labels),
      }),
      onCheckpoint: (checkpoint) => saveCheckpoint(options.checkpoint, checkpoint),
      onProgress: ({
        epoch,
        fraction,
        cost,
        examplesPerSecond,
        elapsedSeconds,
        remainingSeconds,
        unsettled,
        validation,
      }) => {
        bar.update(
          fraction,
          `epoch ${epoch}  cost ${cost.toFixed(4)}  ${Math.round(examplesPerSecond)} images/s  ${duration(remainingSeconds)} left`,
        );
        if (validation === undefined) return;
        bar.stop();
        const percent = (100 * (validation.accuracy as number)).toFixed(1);
        console.log(
          `epoch ${epoch}: cost ${cost.toFixed(4)}, test accuracy ${percent} %, ` +
            `${(100 * (1 - unsettled)).toFixed(1)} % of phases settled, ${duration(elapsedSeconds)}`,
        );
        if (fraction < 1) bar.start("training");
      },
    })) as unknown as TrainingResult;
  } catch (error) {
    if (error instanceof TrainingError && error.checkpoint !== undefined) {
      await saveCheckpoint(options.checkpoint, error.checkpoint);
    }
    throw error;
  } finally {
    bar.stop();
    process.removeListener("SIGINT", interrupt);
  }
  const { status, parameters, history } = result;
  if (status === "interrupted") await saveCheckpoint(options.checkpoint, result.checkpoint);
  const accuracy = classificationAccuracy(classify(task, parameters, dataset.test), dataset.test.labels);
  return { task, parameters, history, accuracy, status };
}
