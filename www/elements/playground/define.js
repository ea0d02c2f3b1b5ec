// Registers the playground's elements, and starts what fills the state they show.
import { startAnswering } from "../../lib/playground/answer.js";
import { startRunning } from "../../lib/playground/run.js";
import { PoolTheme } from "../pool-theme.js";
import { PoolScale } from "./pool-scale.js";
import { PoolStack } from "./pool-stack.js";
import { PoolStage } from "./pool-stage.js";

const ELEMENTS = {
  "pool-scale": PoolScale,
  "pool-stack": PoolStack,
  "pool-stage": PoolStage,
  "pool-theme": PoolTheme,
};

startRunning();
startAnswering();
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
