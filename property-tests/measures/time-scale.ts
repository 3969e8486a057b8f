import { jacobianProduct } from "../../core/expression/derivatives.js";
import { symbol } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import { tangentName } from "./derivative-graphs.js";
import { allFinite, largest, type PointValues, pointFunction } from "./point-function.js";
import { fieldOf, stateSymbols } from "./system-measures.js";

const ITERATIONS = 4;

/**
 * How much steps must be shortened at a point so that none is longer than the time in which the fastest motion there changes:
 * 1, or the inverse of the largest rate found. Far beyond it the equations of an implicit step need not have a solution.
 */
export function shortening(system: DynamicalSystem): (point: PointValues) => number {
  const directions = system.state.map(({ name, shape }) => symbol(tangentName(name), shape));
  const change = pointFunction(jacobianProduct(fieldOf(system), stateSymbols(system), directions));
  return (point) => {
    let along = system.state.map(({ name }) => (point[name] as Float64Array).map((_, i) => 1 - 1.9 * (i % 2)));
    let fastest = 1;
    for (let count = 0; count < ITERATIONS; count++) {
      const named = Object.fromEntries(
        system.state.map(({ name }, k) => [tangentName(name), along[k] as Float64Array]),
      );
      const moved = change({ ...point, ...named });
      const rate = Math.max(...moved.map(largest));
      if (!allFinite(moved) || rate === 0) break;
      fastest = Math.max(fastest, rate);
      along = moved.map((block) => block.map((value) => value / rate));
    }
    return 1 / fastest;
  };
}
