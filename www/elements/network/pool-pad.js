import { page } from "../../lib/network/state.js";
import { padOf } from "../pad.js";

/** The network page's pad. */
export class PoolPad extends padOf(page) {}
