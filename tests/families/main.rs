//! The methods whose windows do not slide: by region, across channels, along time, back up. Each against its definition
//! as a person would write it down, and its gradient against slopes.

mod average_unpool;
mod fractional;
mod k_max;
mod linear;
mod max_over_time;
mod max_unpool;
mod maxout;
mod nearest;
mod spatial_pyramid;
mod support;
