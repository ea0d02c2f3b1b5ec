// Registers the words page's elements, and starts what fills the state they show.
import { keepForOffline } from "../../lib/offline.js";
import { startLink } from "../../lib/sentences/link.js";
import { startLooking } from "../../lib/sentences/looking.js";
import { PoolColorScale } from "../pool-color-scale.js";
import { PoolTheme } from "../pool-theme.js";
import { PoolAnswerOver } from "./pool-answer-over.js";
import { PoolFilterCurve } from "./pool-filter-curve.js";
import { PoolFilters } from "./pool-filters.js";
import { PoolReading } from "./pool-reading.js";
import { PoolSentence } from "./pool-sentence.js";
import { PoolTrials } from "./pool-trials.js";

const ELEMENTS = {
  "pool-theme": PoolTheme,
  "pool-color-scale": PoolColorScale,
  "pool-sentence": PoolSentence,
  "pool-answer-over": PoolAnswerOver,
  "pool-reading": PoolReading,
  "pool-filter-curve": PoolFilterCurve,
  "pool-filters": PoolFilters,
  "pool-trials": PoolTrials,
};

startLink();
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
keepForOffline();
startLooking();
