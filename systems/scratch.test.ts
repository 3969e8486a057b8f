import { test } from "vitest";
import { printFormula, toLatex } from "../core/formula/index.js";
import {
  canonicalDoublePendulum,
  chargedParticle,
  doublePendulum,
  duffing,
  fitzhughNagumoRing,
  fputChain,
  henonHeiles,
  hopfieldNetwork,
  kepler,
  pendulum,
} from "./catalogue/index.js";

test("x", () => {
  for (const { system } of [
    pendulum(),
    henonHeiles(),
    kepler(),
    doublePendulum(),
    canonicalDoublePendulum(),
    fputChain(),
    fitzhughNagumoRing(),
    hopfieldNetwork({ layers: [3, 4, 2] }),
    duffing(),
    chargedParticle(),
  ]) {
    console.log(system.name, system.facts, [...system.invariants.keys()]);
    console.log(printFormula(system.scalar!));
    console.log(toLatex(system.scalar!));
    for (const [n, f] of system.field) console.log(n, ":", printFormula(f).slice(0, 500));
  }
});
