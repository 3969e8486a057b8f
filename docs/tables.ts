import { primitives } from "../core/expression/registry.js";
import { formulaFunctions, usageOf } from "../core/formula/functions.js";
import { integrators } from "../integrators/registry.js";
import { solvers } from "../integrators/solvers/registry.js";
import { actionRules, rules, trajectoryRules } from "../learning/registry.js";
import { systems } from "../systems/registry.js";
import { table } from "./markdown.js";

const yes = (fact: boolean): string => (fact ? "yes" : "");

/** The text of docs/tables.md, made from the registries; `npm run docs` writes it and a suite checks that it is current. */
export function documentationTables(): string {
  const sections = [
    "# What there is",
    "Made from the registries by `npm run docs`; do not edit.",
    "## Systems",
    table(
      ["system", "kind", "state", "parameters", "separable", "gradient", "depends on t"],
      systems.map(({ name, make }) => {
        const { system } = make();
        return [
          name,
          system.kind,
          system.state.map((block) => `${block.name} [${block.shape.join(", ")}]`).join(", "),
          system.parameters.map((block) => block.name).join(", "),
          yes(system.facts.separable),
          yes(system.facts.gradient),
          yes(system.facts.timeDependent),
        ];
      }),
    ),
    "## Integrators",
    table(
      ["integrator", "order", "symmetric", "preserves", "stochastic", "source"],
      integrators.map(({ name, make }) => {
        const { order, symmetric, preserves, stochastic, reference } = make(0.1);
        return [name, String(order), yes(symmetric), preserves === "none" ? "" : preserves, yes(stochastic), reference];
      }),
    ),
    "## Stationary solvers",
    `${solvers.map(({ name }) => `\`${name}\``).join(", ")}.`,
    "## Learning rules",
    `${[...rules, ...trajectoryRules, ...actionRules].map(({ name }) => `\`${name}\``).join(", ")}: see [learning-rules.md](learning-rules.md).`,
    "## Functions of the formula language",
    table(
      ["function"],
      [...formulaFunctions.values()].map((each) => [`\`${usageOf(each)}\``]),
    ),
    "## Primitives",
    `${primitives.map(({ name }) => name).join(", ")}.`,
  ];
  return `${sections.join("\n\n")}\n`;
}
