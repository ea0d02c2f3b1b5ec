// Registers the playground's elements, and starts what fills the state they show.
import { startAddress } from "../../lib/playground/address.js";
import { startAnswering } from "../../lib/playground/answer.js";
import { startBackward } from "../../lib/playground/backward.js";
import { startCompare } from "../../lib/playground/compare.js";
import { startDialects } from "../../lib/playground/dialects.js";
import { startRunning } from "../../lib/playground/run.js";
import { startSteps } from "../../lib/playground/steps.js";
import { keepForOffline } from "../../lib/offline.js";
import { PoolTheme } from "../pool-theme.js";
import { PoolBackward } from "./backward.js";
import { PoolCompare } from "./compare.js";
import { PoolCode } from "./dialects.js";
import { PoolAddress } from "./pool-address.js";
import { PoolBar } from "./pool-bar.js";
import { PoolCell } from "./pool-cell.js";
import { PoolGrid } from "./pool-grid.js";
import { PoolLayer } from "./pool-layer.js";
import { PoolOffer } from "./pool-offer.js";
import { PoolPanels } from "./pool-panels.js";
import { PoolScale } from "./pool-scale.js";
import { PoolSource } from "./pool-source.js";
import { PoolStack } from "./pool-stack.js";
import { PoolStage } from "./pool-stage.js";
import { PoolWord } from "./pool-word.js";
import { PoolTake } from "./takeaway.js";

const ELEMENTS = {
  "pool-address": PoolAddress,
  "pool-backward": PoolBackward,
  "pool-bar": PoolBar,
  "pool-cell": PoolCell,
  "pool-code": PoolCode,
  "pool-compare": PoolCompare,
  "pool-grid": PoolGrid,
  "pool-layer": PoolLayer,
  "pool-note": PoolWord,
  "pool-offer": PoolOffer,
  "pool-panels": PoolPanels,
  "pool-scale": PoolScale,
  "pool-source": PoolSource,
  // Before the stack, which gives every stage its size.
  "pool-stage": PoolStage,
  "pool-stack": PoolStack,
  "pool-take": PoolTake,
  "pool-theme": PoolTheme,
};

startAddress();
keepForOffline();
startRunning();
startAnswering();
startSteps();
startDialects();
startBackward();
startCompare();
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
