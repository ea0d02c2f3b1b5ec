// Registers every element of the page, and starts what fills the state they show.
import { startAddress } from "../lib/address.js";
import { startPooling } from "../lib/pooling.js";
import { startRecognition } from "../lib/recognition.js";
import { PoolAnswer } from "./pool-answer.js";
import { PoolColorScale } from "./pool-color-scale.js";
import { PoolControls } from "./pool-controls.js";
import { PoolDigit } from "./pool-digit.js";
import { PoolFeatureMaps } from "./pool-feature-maps.js";
import { PoolNote } from "./pool-note.js";
import { PoolPhoto } from "./pool-photo.js";
import { PoolPicker } from "./pool-picker.js";
import { PoolTheme } from "./pool-theme.js";
import { PoolWindow } from "./pool-window.js";

const ELEMENTS = {
  "pool-answer": PoolAnswer,
  "pool-color-scale": PoolColorScale,
  "pool-controls": PoolControls,
  "pool-digit": PoolDigit,
  "pool-feature-maps": PoolFeatureMaps,
  "pool-note": PoolNote,
  "pool-photo": PoolPhoto,
  "pool-picker": PoolPicker,
  "pool-theme": PoolTheme,
  "pool-window": PoolWindow,
};

startPooling();
startRecognition();
startAddress();
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
