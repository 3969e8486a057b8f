// FitzHugh-Nagumo cells on a lattice. Where inhibitors diffuse fast, fluctuations grow into a pattern that stays
// (fitzhugh-nagumo-stripes.svg); where they are slow and do not diffuse, waves curl up (fitzhugh-nagumo-spiral.svg).
import { fitzhughNagumoLattice, rungeKutta4, simulate, trace } from "eqprop";
import { heatmap, saveFigure } from "eqprop/plots";

const size = { rows: 64, columns: 64 };

async function draw(path: string, title: string, subtitle: string, values: Float64Array) {
  const [x, y] = [{ label: "column" }, { label: "row", domain: [0, 64] as const }];
  const figure = heatmap({ title, subtitle, x, y, value: { label: "activator u" }, ...size, values, height: 640 });
  await saveFigure(figure, path);
}

const torus = fitzhughNagumoLattice(size);
const save = { times: [0, 50, 1000] };
const integrator = rungeKutta4({ step: 0.05 });
const growth = simulate(torus.system, { integrator, initial: torus.initial, until: 1000, save });
const amplitudes = [...trace(growth, "sqrt(mean(u^2))")].map((amplitude) => amplitude.toFixed(3));
console.log(`root mean square of the activators at the times ${save.times.join(", ")}: ${amplitudes.join(", ")}`);
const pattern = growth.final.u.data;
const stripes = "Fast inhibitors: fluctuations grow into a pattern";
await draw("output/fitzhugh-nagumo-stripes.svg", stripes, "after 1000 units of time", pattern);

const sheet = fitzhughNagumoLattice({ ...size, boundary: "no-flux" });
const alongU = { diffusion_u_vertical: 0.25, diffusion_u_horizontal: 0.25 };
const alongV = { diffusion_v_vertical: 0, diffusion_v_horizontal: 0 };
const spiral = simulate(sheet.system, {
  integrator: rungeKutta4({ step: 0.1 }),
  parameters: { tau: 10, decay: 0.3, ...alongU, ...alongV },
  // Excited on the left, recovering below: a front that ends in the middle.
  initial: {
    u: Array.from({ length: 64 * 64 }, (_, cell) => (cell % 64 < 32 ? 1 : -1)),
    v: Array.from({ length: 64 * 64 }, (_, cell) => (cell < 32 * 64 ? 0.5 : -0.5)),
  },
  until: 300,
});
const waves = "Slow inhibitors: waves curl up into a spiral";
await draw("output/fitzhugh-nagumo-spiral.svg", waves, "after 300 units of time", spiral.final.u.data);
