#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { dataCommand } from "./data-command.js";
import { reportFailure } from "./failure.js";
import { galleryCommand } from "./gallery-command.js";
import { reproduceCommand } from "./reproduce-command.js";
import { trainCommand } from "./train-command.js";
import { verifyCommand } from "./verify-command.js";

/** The version in package.json, which lies beside the sources and one folder above the built files. */
function packageVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (name === "eqprop" && version !== undefined) return version;
    } catch {
      // Not there: the other place has it.
    }
  }
  return "unknown";
}

const program = new Command("eqprop")
  .description("Dynamical systems that learn by their own physics.")
  .version(packageVersion())
  .showHelpAfterError()
  .addCommand(trainCommand())
  .addCommand(verifyCommand())
  .addCommand(reproduceCommand())
  .addCommand(galleryCommand())
  .addCommand(dataCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
