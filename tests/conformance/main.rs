//! Runs suites of vectors that other frameworks computed: `tests/vectors`, and the folders in `DEEP_END_VECTORS`.
//! Their form is in `tests/vectors/README.md`.

mod methods;
mod nn;
mod pooling;
mod suite;

use deep_end::Pooling;
use std::{collections::BTreeMap, env, path::PathBuf};
use suite::{Case, Suite};

/// What a case computes, for every operator that the core has.
fn run(case: &Case) -> Result<(), String> {
    match case.op.as_str() {
        "max_pool" => pooling::max(case),
        "avg_pool" => pooling::average(case),
        "lp_pool" => pooling::lp(case),
        "adaptive_max_pool" => pooling::adaptive_max(case),
        "adaptive_avg_pool" => pooling::adaptive_average(case),
        "fractional_max_pool" => pooling::fractional_max(case),
        "max_unpool" => pooling::max_unpool(case),
        "min_pool" => methods::windowed(case, |_| Ok(Pooling::Min)),
        "log_sum_exp_pool" => methods::windowed(case, |case| Ok(Pooling::LogSumExp { sharpness: case.param("r")? })),
        "soft_pool" => methods::windowed(case, |_| Ok(Pooling::Soft)),
        "gem_pool" => methods::windowed(case, |case| Ok(Pooling::GeneralizedMean { norm_type: case.param("p")? })),
        "mixed_pool" => methods::windowed(case, |case| Ok(Pooling::Mixed { alpha: case.param("alpha")? })),
        "gated_pool" => methods::windowed(case, |case| Ok(Pooling::Gated { weights: case.param("weights")? })),
        "stochastic_mean_pool" => methods::windowed(case, |_| Ok(Pooling::StochasticMean)),
        "top_k_pool" => methods::windowed(case, |case| Ok(Pooling::TopK { k: case.param("k")? })),
        "rank_pool" => methods::windowed(case, |case| Ok(Pooling::Rank { rank: case.param("rank")? })),
        "median_pool" => methods::windowed(case, |_| Ok(Pooling::Median)),
        "max_blur_pool" => {
            methods::windowed(case, |case| Ok(Pooling::MaxBlur { filter_size: case.param("filter_size")? }))
        }
        "maxout" => methods::maxout(case),
        "k_max_pool" => methods::k_max(case),
        "upsample_nearest" => methods::nearest(case),
        "upsample_linear" => methods::linear(case),
        "conv2d" => nn::conv2d(case),
        "linear" => nn::linear(case),
        "batch_norm" => nn::batch_norm(case),
        "cross_entropy" => nn::cross_entropy_loss(case),
        other => Err(format!("there is no operator {other}")),
    }
}

/// How many cases of each operator agree: `avg_pool 20, max_pool 18 of 19`.
fn by_operator(results: &[(&Case, Result<(), String>)]) -> String {
    let mut counts = BTreeMap::new();
    for (case, result) in results {
        let (agree, all) = counts.entry(case.op.as_str()).or_insert((0, 0));
        *agree += usize::from(result.is_ok());
        *all += 1;
    }
    let count = |(op, (agree, all)): (&str, (usize, usize))| {
        if agree == all { format!("{op} {all}") } else { format!("{op} {agree} of {all}") }
    };
    counts.into_iter().map(count).collect::<Vec<_>>().join(", ")
}

#[test]
fn suites_agree() {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let others = env::var_os("DEEP_END_VECTORS").unwrap_or_default();
    let folders = std::iter::once(own).chain(env::split_paths(&others).filter(|path| !path.as_os_str().is_empty()));
    let mut failures = Vec::new();
    for suite in folders.flat_map(|folder| Suite::in_folder(&folder)) {
        let results: Vec<_> = suite.cases.iter().map(|case| (case, run(case))).collect();
        let agree = results.iter().filter(|(_, result)| result.is_ok()).count();
        println!("{}: {agree} of {} cases agree ({})", suite.name, results.len(), by_operator(&results));
        let failed = results.iter().filter_map(|(case, result)| Some((case, result.as_ref().err()?)));
        failures.extend(failed.map(|(case, why)| format!("{}/{}: {why}", suite.name, case.name)));
    }
    assert!(failures.is_empty(), "{} cases disagree:\n{}", failures.len(), failures.join("\n"));
}
