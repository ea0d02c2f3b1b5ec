//! What cannot be done is said, and nothing that was there is lost.

use anyhow::Result;
use browser_tests::{
    files::{made, noise, opened, photo},
    page::Page,
    visit,
};
use deep_end::{Pool, Pooling, Window};

use crate::layer::{Layer, same};

/// What the page shows of a photograph: its own pixels and the pooled ones.
async fn shown(page: &Page) -> Result<[deep_end::render::Rgba; 2]> {
    Ok([page.pixels("#source").await?, page.pixels("#pooled").await?])
}

#[test]
fn a_file_that_is_no_picture_leaves_the_last_result() -> Result<()> {
    let refused = [
        (photo("truncated.jpg"), "“truncated.jpg” could not be read as a picture."),
        (
            made("notes.png", b"These are words, whatever the name says.\n")?,
            "“notes.png” could not be read as a picture.",
        ),
        (made("nothing.png", &[])?, "“nothing.png” is empty: it holds no bytes."),
    ];
    visit(async |page| {
        page.open().await?;
        let mut last = photo("cat.png");
        page.upload(&last).await?;
        for (at, (file, message)) in refused.iter().enumerate() {
            let before = shown(page).await?;
            page.choose(file).await?;
            page.until("document.querySelector('#photo-error').textContent").await?;
            page.settled().await?;
            let said = page.text("#photo-error").await?;
            assert!(said.starts_with(message), "{said}");
            let kept = format!("“{}” is still here.", last.file_name().unwrap_or_default().display());
            assert!(said.ends_with(&kept), "{said}");
            assert!(page.shows("#photo-error").await?, "the message can be seen");
            assert_eq!(page.find("pool-photo").await?.attr("data-state").await?.as_deref(), Some("error"));
            let after = shown(page).await?;
            same(&after[0], &before[0], message);
            same(&after[1], &before[1], message);
            // Each time another one, so that the next message has another picture to keep.
            last = noise(&format!("good-{at}.png"), 40 + at as u32, 31)?;
            page.upload(&last).await?;
            assert_eq!(page.text("#photo-error").await?, "");
            assert_eq!(page.find("pool-photo").await?.attr("data-state").await?.as_deref(), Some("ready"));
            same(&page.pixels("#source").await?, &opened(&last)?, "the next good one");
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_layer_that_cannot_be_is_refused_beside_its_control() -> Result<()> {
    let file = photo("cat.png");
    let picture = opened(&file)?;
    // The core's own words, whatever they are; the page spells parameters as JavaScript does, and this one alike.
    let window = |kernel, padding| Window::new([kernel; 2]).padding([[padding; 2]; 2]);
    let refusal = |kernel, padding| Pool::new(Pooling::Max, window(kernel, padding)).unwrap_err().to_string();
    visit(async |page| {
        page.open().await?;
        page.upload(&file).await?;
        let last = Layer { stride: 2, ..Layer::tiling(Pooling::Max, 3) };
        last.set(page).await?;
        let wanted = last.native(&picture)?;
        for padding in [3, 7] {
            page.set("#padding", padding).await?;
            page.settled().await?;
            assert_eq!(page.text("#padding-error").await?, refusal(3, padding));
            assert!(page.shows("#padding-error").await?, "the message can be seen");
            let beside =
                "document.querySelector('#padding').closest('.row').contains(document.querySelector('#padding-error'))";
            assert_eq!(page.evaluate(beside).await?, true);
            assert_eq!(page.find("#padding").await?.attr("aria-invalid").await?.as_deref(), Some("true"));
            assert!(page.shows("#stale").await?, "it says that the result is the one before");
            same(&page.pixels("#pooled").await?, &wanted, "the last result stays");
        }
        // A longer reach makes room for as much padding: no error is left over.
        page.set("#dilation", 4).await?;
        page.settled().await?;
        assert_eq!(page.text("#padding-error").await?, "");
        assert!(!page.shows("#stale").await?);
        let fits = Layer { padding: 7, dilation: 4, ..last };
        same(&page.pixels("#pooled").await?, &fits.native(&picture)?, "what fits");
        // A field that holds no number is told so at once; the result stays here too.
        page.set("#kernel-size", "-").await?;
        page.until("document.querySelector('#kernel-size-error').textContent").await?;
        assert_eq!(page.text("#kernel-size-error").await?, "Kernel size takes a whole number.");
        same(&page.pixels("#pooled").await?, &fits.native(&picture)?, "the last result stays");
        for (id, key) in [("#kernel-size", "0"), ("#stride", "0"), ("#dilation", "0"), ("#kernel-size", "1000")] {
            page.click("#reset").await?;
            page.settled().await?;
            page.set(id, key).await?;
            page.settled().await?;
            let said = page.text(&format!("{id}-error")).await?;
            assert!(said.contains(key), "{id} {key}: {said:?}");
        }
        Ok(())
    })?;
    Ok(())
}
