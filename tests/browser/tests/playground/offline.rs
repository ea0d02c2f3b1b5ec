//! The playground without a network, after one visit with it.

use std::path::Path;

use anyhow::{Result, ensure};
use browser_tests::visit;
use serde_json::json;

use super::{open, sizes};

/// Of the release alone: in `www` no files are named to keep.
#[test]
fn a_second_visit_needs_no_network() -> Result<()> {
    let asked = visit(async |page| {
        open(page, "").await?;
        let first = sizes(page).await?;
        // A service worker is ready once all is kept.
        page.run("const done = arguments[0]; navigator.serviceWorker.ready.then(() => done());", Vec::new()).await?;
        let kept = "(async () => (await (await caches.open((await caches.keys())[0])).keys()).length)()";
        let script = format!("const done = arguments[0]; {kept}.then(done);");
        let kept = page.run(&script, Vec::new()).await?;
        ensure!(kept.as_u64() > Some(50), "the release has more files than {kept}; is this one?");
        page.devtools("Network.enable", json!({})).await?;
        let conditions = json!({ "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        page.devtools("Network.emulateNetworkConditions", conditions).await?;
        open(page, "").await?;
        assert_eq!(sizes(page).await?, first);
        Ok(())
    })?;
    // Once by the first visit and once to be kept: a third time would be the second visit's.
    for file in ["playground.html", "pkg/playground_bg.wasm"] {
        let times = asked.iter().filter(|asked| *asked == Path::new(file)).count();
        ensure!(times == 2, "{file} was asked for {times} times: {asked:?}");
    }
    Ok(())
}
