// Registers the playground's elements, and starts what fills the state they show.
import { startAddress } from "../../lib/playground/address.js";
import { startAnswering } from "../../lib/playground/answer.js";
import { startRunning } from "../../lib/playground/run.js";
import { startSteps } from "../../lib/playground/steps.js";
import { PoolTheme } from "../pool-theme.js";
import { PoolBar } from "./pool-bar.js";
import { PoolCell } from "./pool-cell.js";
import { PoolLayer } from "./pool-layer.js";
import { PoolScale } from "./pool-scale.js";
import { PoolSource } from "./pool-source.js";
import { PoolStack } from "./pool-stack.js";
import { PoolStage } from "./pool-stage.js";
import { PoolWord } from "./pool-word.js";

const ELEMENTS = {
  "pool-bar": PoolBar,
  "pool-cell": PoolCell,
  "pool-layer": PoolLayer,
  "pool-note": PoolWord,
  "pool-scale": PoolScale,
  "pool-source": PoolSource,
  // Before the stack, which gives every stage its size.
  "pool-stage": PoolStage,
  "pool-stack": PoolStack,
  "pool-theme": PoolTheme,
};

startAddress();
startRunning();
startAnswering();
startSteps();
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
