import { measure } from "./measure.js";
import { benchmarks } from "./registry.js";

/** Measures one benchmark at one size in a process of its own, so that no other shapes how the engine optimises it. */
const [name, size] = process.argv.slice(2);
const benchmark = benchmarks.find((each) => each.name === name);
if (benchmark === undefined) throw new Error(`no benchmark is called ${name}`);
process.send?.(measure(benchmark, Number(size)));
