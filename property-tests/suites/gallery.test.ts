import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { systems } from "../../systems/registry.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const eqprop = (...given: string[]) =>
  promisify(execFile)(process.execPath, [
    join(root, "node_modules/tsx/dist/cli.mjs"),
    join(root, "cli/main.ts"),
    ...given,
  ]);

describe("the gallery", () => {
  test("shows every registered system with its equations and a picture", { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "eqprop-gallery-"));
    try {
      const file = join(folder, "gallery.html");
      await eqprop("gallery", "--html", file);
      const page = await readFile(file, "utf8");
      const { document } = new JSDOM(page).window;
      const headings = [...document.querySelectorAll("h2")].map((heading) => heading.textContent);
      expect(headings).toEqual(systems.map(({ name }) => name));
      const pictures = [...document.querySelectorAll("svg")].map((svg) => svg.outerHTML);
      expect(pictures.length).toBeGreaterThanOrEqual(systems.length);
      for (const picture of pictures) expect(picture).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
      expect(document.body.textContent).toContain("dq/dt = dH/dp");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("refuses a system that does not exist, and lists those that do", async () => {
    await expect(eqprop("gallery", "perpetuum mobile")).rejects.toThrow(
      /got "perpetuum mobile", expected some of "harmonic/,
    );
  });
});
