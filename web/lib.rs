//! A module for the browser: the core with the part of its JavaScript surface that the package's feature selects.

extern crate deep_end as _;
