import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { describe } from "../core/describe.js";
import { InputError } from "../core/errors.js";
import { sizeOf } from "../core/expression/expression.js";
import type { SimulationResult } from "../core/simulation/result.js";
import { simulate } from "../core/simulation/simulate.js";
import { blockValues, entryName, indexOf } from "../core/simulation/values.js";
import { explicitEuler } from "../integrators/steppers/explicit-euler.js";
import { iterate } from "../integrators/steppers/iterate.js";
import { rungeKutta4 } from "../integrators/steppers/runge-kutta-4.js";
import { type Figure, lineChart, type ReportSection, reportPage } from "../plots/index.js";
import { shortening } from "../property-tests/measures/time-scale.js";
import type { CatalogueSystem } from "../systems/catalogue/catalogue-system.js";
import { type RegisteredSystem, systems } from "../systems/registry.js";
import { writeWhole } from "./main-job/checkpoint-file.js";

/** Entries drawn of a system, and points of a curve. */
const MOST_CURVES = 8;
const POINTS = 400;
/** Of systems without a known period. */
const USUAL_TIME = 20;
const ITERATIONS = 100;
/** The longest step, in units of the fastest motion. */
const FINENESS = 0.05;

/** `eqprop gallery`: every ready-made system with its equations and a picture of its example. */
export function galleryCommand(): Command {
  return new Command("gallery")
    .description("Draw the examples of all ready-made systems, beside their equations, on one page.")
    .argument("[names...]", "systems, as docs/tables.md lists them (default: all)")
    .option("--html <file>", "the page", "output/gallery.html")
    .action(async (names: readonly string[], { html }: { readonly html: string }) => {
      const page = reportPage({
        title: "Ready-made systems",
        lead: "Each with its equations and the motion of its example.",
        sections: choose(names).map(section),
        footer: "Made by eqprop.",
      });
      await mkdir(dirname(resolve(html)), { recursive: true });
      await writeWhole(html, page);
      console.log(`Wrote ${html}.`);
    });
}

function choose(names: readonly string[]): readonly RegisteredSystem[] {
  const unknown = names.find((name) => systems.every((known) => known.name !== name));
  if (unknown === undefined) return names.length === 0 ? systems : systems.filter(({ name }) => names.includes(name));
  const known = systems.map(({ name }) => `"${name}"`).join(", ");
  throw new InputError({ field: "gallery", given: JSON.stringify(unknown), expected: `some of ${known}` });
}

function section({ name, make }: RegisteredSystem): ReportSection {
  const example = make();
  return { heading: name, text: describe(example.system).text.split("\n").join("\n\n"), figure: drawn(name, example) };
}

/** The motion of an example: over two periods where there is one, a hundred iterations of a map. */
export function moved({ system, parameters, initial, input, period }: CatalogueSystem): SimulationResult {
  const given = { parameters, initial, input };
  if (system.time === "discrete") return simulate(system, { ...given, integrator: iterate(), steps: ITERATIONS });
  const until = period === undefined ? USUAL_TIME : 2 * period;
  const values = { ...parameters, ...initial, ...input };
  const blocks = [...system.parameters, ...system.state, ...system.input];
  const point = blocks.map(({ name, shape }) => [name, blockValues(name, values[name] as number, shape).data] as const);
  const fastest = FINENESS * shortening(system)({ ...Object.fromEntries(point), t: Float64Array.of(0) });
  const every = Math.max(1, Math.ceil(until / POINTS / fastest));
  const step = until / (POINTS * every);
  const accurate = rungeKutta4({ step });
  return simulate(system, {
    ...given,
    integrator: accurate.refusal(system) === undefined ? accurate : explicitEuler({ step }),
    steps: POINTS * every,
    save: { every },
  });
}

function drawn(name: string, example: CatalogueSystem): Figure {
  const { system } = example;
  const motion = moved(example);
  const curves = system.state.flatMap((block) => {
    const size = sizeOf(block.shape);
    return Array.from({ length: size }, (_, k) => ({
      name: entryName(block.name, indexOf(block.shape, k)),
      x: [...motion.times],
      y: Array.from(motion.times, (_time, row) => motion.states[block.name]?.data[row * size + k] as number),
    }));
  });
  return lineChart({
    title: system.name,
    x: { label: system.time === "discrete" ? "iteration" : "time" },
    y: { label: curves.length > MOST_CURVES ? `state (${MOST_CURVES} of ${curves.length} entries)` : "state" },
    series: curves.slice(0, MOST_CURVES),
    description: `The example of ${name} in time.`,
  });
}
