//! What a page asked for, from the log of Chromium's network stack: there the requests of workers are too, which
//! ChromeDriver's own log leaves out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::site;

/// One request that went out.
#[derive(Debug)]
pub struct Request {
    /// The whole address.
    pub url: String,
    /// The origin of the page or worker that asked; none where the browser did on its own account.
    pub initiator: Option<String>,
    /// The answer's first line.
    pub status: Option<String>,
    source: u64,
}

/// Every request in a log that Chromium has finished, by the time it ended.
///
/// # Errors
/// Where it is no such log.
pub fn read(log: &Path) -> Result<Vec<Request>> {
    let log: Value = serde_json::from_slice(&fs::read(log)?).context("the network log is whole")?;
    let kind = |name: &str| log["constants"]["logEventTypes"][name].as_u64().with_context(|| format!("no {name}"));
    let (started, answered) = (kind("URL_REQUEST_START_JOB")?, kind("HTTP_TRANSACTION_READ_RESPONSE_HEADERS")?);
    let mut requests: Vec<Request> = Vec::new();
    for event in log["events"].as_array().context("a log has events")? {
        let (kind, source, about) = (event["type"].as_u64(), event["source"]["id"].as_u64(), &event["params"]);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if kind == Some(started) && about["url"].is_string() {
            requests.push(Request {
                url: text(&about["url"]).unwrap_or_default(),
                initiator: text(&about["initiator"]).filter(|origin| origin.contains("://")),
                status: None,
                source: source.unwrap_or_default(),
            });
        } else if kind == Some(answered) {
            let asked = requests.iter_mut().rev().find(|request| Some(request.source) == source);
            if let Some(request) = asked {
                request.status = text(&about["headers"][0]);
            }
        }
    }
    Ok(requests)
}

/// The files that were asked for, as paths from the site's root; what the browser asks on its own account is left out,
/// unless it asks this site.
///
/// # Errors
/// Where a page or a worker asked for something else, or for what is not there.
pub fn files(requests: &[Request], url: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for request in requests {
        if request.initiator.is_none() && !request.url.starts_with(url) {
            continue;
        }
        if ["data:", "blob:"].iter().any(|inside| request.url.starts_with(inside)) {
            continue;
        }
        let path = request.url.strip_prefix(url).with_context(|| format!("not of this site: {request:?}"))?;
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let file = if path.is_empty() { "index.html" } else { path };
        let there = site().join(file).is_file() && request.status.as_ref().is_none_or(|status| status.contains(" 200"));
        ensure!(there, "not there: {request:?}");
        files.push(file.into());
    }
    ensure!(!files.is_empty(), "the log has no request of the page: {requests:#?}");
    Ok(files)
}
