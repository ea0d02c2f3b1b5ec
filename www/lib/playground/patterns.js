/** The core's test patterns: names and titles. @type {readonly (readonly [name: string, title: string])[]} */
export const PATTERNS = [["checkerboard", "Checkerboard"], ["sine", "Sine waves"], ["zone-plate", "Zone plate"], ["ramp", "Ramp"], ["impulse", "Impulse"], ["noise", "Noise"]];
