// Registers every element of the training page, and starts what fills the state they show.
import { startLink } from "../../lib/training/link.js";
import { startReading } from "../../lib/training/reading.js";
import { PoolTheme } from "../pool-theme.js";
import { PoolCurves } from "./pool-curves.js";
import { PoolDigit } from "./pool-digit.js";
import { PoolGap } from "./pool-gap.js";
import { PoolProgress } from "./pool-progress.js";
import { PoolRuns } from "./pool-runs.js";
import { PoolSetup } from "./pool-setup.js";
import { PoolTrial } from "./pool-trial.js";

const ELEMENTS = {
  "pool-curves": PoolCurves,
  "pool-digit": PoolDigit,
  "pool-gap": PoolGap,
  "pool-progress": PoolProgress,
  "pool-runs": PoolRuns,
  "pool-setup": PoolSetup,
  "pool-theme": PoolTheme,
  "pool-trial": PoolTrial,
};

startLink();
startReading();
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
