// Measures what has a bar: `npm run bench`. Fails only where a bar is missed by more than five times.
import { bundled, root } from "./bundled.mjs";

const { main, outfile } = await bundled("scripts/bench.ts", "bench");
process.exitCode = main(root, outfile);
