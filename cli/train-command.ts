import { Command } from "commander";
import { runMainJob } from "./main-job/main-job.js";
import { positiveNumber, wholeNumber } from "./options.js";

/** `eqprop train`: the main job. */
export function trainCommand(): Command {
  return new Command("train")
    .description(
      "Train a layered Hopfield network on images by equilibrium propagation, measure how exact the learned gradients are, " +
        "and write a report.",
    )
    .option("--data <folder>", "folder of MNIST or Fashion-MNIST IDX files, gzipped or not (default: EQPROP_DATA)")
    .option("--no-verify", "accept IDX files with unknown checksums")
    .option("--epochs <n>", "passes over the training images", wholeNumber("--epochs", 1))
    .option("--hidden <units>", "units of the hidden layer", wholeNumber("--hidden", 1))
    .option("--batch <n>", "examples per update", wholeNumber("--batch", 1))
    .option("--learning-rate <rate>", "step of the Adam optimiser", positiveNumber("--learning-rate"), 1e-3)
    .option("--nudge <strength>", "strength of the nudge", positiveNumber("--nudge"), 0.2)
    .option("--seed <n>", "seed of weights, shuffling and generated digits", wholeNumber("--seed", 0), 0)
    .option("--report <file>", "where the report goes", "report.html")
    .option("--checkpoint <file>", "where training is kept after each epoch and on Ctrl-C", "eqprop.checkpoint")
    .option("--resume", "go on from the checkpoint", false)
    .action(runMainJob);
}
