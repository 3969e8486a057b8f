import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { element } from "./document.js";
import { createFigure } from "./figure.js";
import { saveFigure } from "./save-figure.js";

const about = { title: "t", description: "d", width: 200, height: 200 };
const figure = createFigure(about, [element("rect", { width: 5, height: 5 })]);
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "eqprop-figure-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("saving a figure", () => {
  it("writes SVG or PNG by the extension, making the folder", async () => {
    await saveFigure(figure, join(folder, "new", "a.svg"));
    await saveFigure(figure, join(folder, "new", "b.PNG"));
    expect(await readFile(join(folder, "new", "a.svg"), "utf8")).toBe(figure.svg());
    const signature = (await readFile(join(folder, "new", "b.PNG"))).subarray(1, 4).toString();
    expect(signature).toBe("PNG");
    expect((await readdir(join(folder, "new"))).sort()).toEqual(["a.svg", "b.PNG"]);
  });

  it("refuses other extensions before it touches the disk", async () => {
    const path = join(folder, "new", "a.pdf");
    await expect(saveFigure(figure, path)).rejects.toThrow("expected a file name that ends in .svg or .png");
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves nothing behind when the file cannot be put in place", async () => {
    await mkdir(join(folder, "taken.svg", "inside"), { recursive: true });
    await expect(saveFigure(figure, join(folder, "taken.svg"))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["taken.svg"]);
  });
});
