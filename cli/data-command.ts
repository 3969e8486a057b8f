import { Command } from "commander";
import { downloadDataset, KNOWN_DATASETS } from "../learning/data/index.js";
import { progressBar } from "./progress-bar.js";

interface DataOptions {
  readonly to?: string;
  readonly from?: string;
}

/** `eqprop data NAME`: downloads a dataset and checks it. */
export function dataCommand(): Command {
  const names = KNOWN_DATASETS.map(({ id }) => id).join(", ");
  return new Command("data")
    .description(`Download a dataset (${names}) and check it against its known checksums.`)
    .argument("<name>", `which dataset: ${names}`)
    .option("--to <folder>", "where to put it (default: data/NAME)")
    .option("--from <address>", "where the four .gz files lie (default: the dataset's own site)")
    .action(async (name: string, options: DataOptions) => {
      const directory = options.to ?? `data/${name}`;
      const bar = progressBar();
      let current = "";
      const report = await downloadDataset(name, {
        directory,
        ...(options.from === undefined ? {} : { baseUrl: options.from }),
        onProgress: ({ file, receivedBytes, totalBytes }) => {
          if (file !== current) bar.start(file);
          current = file;
          if (totalBytes !== undefined)
            bar.update(receivedBytes / totalBytes, `${Math.round(receivedBytes / 1024)} KiB`);
        },
      }).finally(() => bar.stop());
      for (const file of report.kept) console.log(`kept     ${file} (already there, and right)`);
      for (const file of report.fetched) console.log(`fetched  ${file}`);
      console.log(`${name} is complete in ${directory}; train on it with: eqprop train --data ${directory}`);
    });
}
