// Registers the network page's elements, and starts what fills the state they show.
import { startLink } from "../../lib/network/link.js";
import { startLooking } from "../../lib/network/looking.js";
import { startPictures } from "../../lib/network/pictures.js";
import { startSweeping } from "../../lib/network/sweeping.js";
import { keepForOffline } from "../../lib/offline.js";
import { PoolColorScale } from "../pool-color-scale.js";
import { PoolTheme } from "../pool-theme.js";
import { PoolChart } from "./pool-chart.js";
import { PoolCrop } from "./pool-crop.js";
import { PoolLayers } from "./pool-layers.js";
import { PoolObjects } from "./pool-objects.js";
import { PoolPad } from "./pool-pad.js";
import { PoolPath } from "./pool-path.js";
import { PoolSeen } from "./pool-seen.js";
import { PoolSource } from "./pool-source.js";
import { PoolSweeps } from "./pool-sweeps.js";
import { PoolVerdicts } from "./pool-verdicts.js";

const ELEMENTS = {
  "pool-theme": PoolTheme,
  "pool-color-scale": PoolColorScale,
  "pool-pad": PoolPad,
  "pool-crop": PoolCrop,
  "pool-objects": PoolObjects,
  "pool-source": PoolSource,
  "pool-seen": PoolSeen,
  "pool-verdicts": PoolVerdicts,
  "pool-path": PoolPath,
  "pool-layers": PoolLayers,
  "pool-chart": PoolChart,
  "pool-sweeps": PoolSweeps,
};

for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
startLink();
keepForOffline();
startPictures();
startLooking();
startSweeping();
