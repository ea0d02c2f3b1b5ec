//! The page by keys alone.

use anyhow::Result;
use browser_tests::{page::Page, visit};
use deep_end::Pooling;
use fantoccini::key::Key;

use crate::layer::{Layer, same};

/// Where the mark on the pooled picture lies: row and column, counted from 0.
async fn marked(page: &Page) -> Result<[u64; 2]> {
    let script = "(() => {
      const { top, left } = document.querySelector('#pooled-stage .mark').style;
      const { width, height } = document.querySelector('#pooled');
      return [parseFloat(top) * height / 100, parseFloat(left) * width / 100].map(Math.round);
    })()";
    let place: [u64; 2] = serde_json::from_value(page.evaluate(script).await?)?;
    let said = page.text("#window-cell").await?;
    let words = format!("Output cell in row {}, column {} reads", place[0] + 1, place[1] + 1);
    assert!(said.starts_with(&words), "the mark is at {place:?}, and the page says: {said}");
    Ok(place)
}

#[test]
fn everything_is_reached_and_seen_to_be() -> Result<()> {
    visit(async |page| {
        page.open().await?;
        page.tab_to(".skip").await?;

        page.tab_to("#pooled-stage").await?;
        let [row, column] = marked(page).await?;
        let moves: [(&[Key], Key, [u64; 2]); 5] = [
            (&[], Key::Down, [row + 1, column]),
            (&[], Key::Right, [row + 1, column + 1]),
            (&[Key::Shift], Key::Up, [row - 9, column + 1]),
            (&[], Key::Left, [row - 9, column]),
            (&[Key::Shift], Key::Left, [row - 9, column - 10]),
        ];
        for (held, key, wanted) in moves {
            page.press_with(held, key).await?;
            assert_eq!(marked(page).await?, wanted, "{held:?} {key:?}");
        }

        page.tab_to("[name=method]").await?;
        page.press(Key::Right).await?;
        page.settled().await?;
        page.tab_to("#kernel-size-slider").await?;
        page.press(Key::Right).await?;
        page.press(Key::Right).await?;
        page.settled().await?;
        let source = page.pixels("#source").await?;
        let layer = |size| Layer::tiling(Pooling::average(), size);
        same(&page.pixels("#pooled").await?, &layer(10).native(&source)?, "by the slider");
        page.tab_to("#kernel-size").await?;
        page.press(Key::Up).await?;
        page.settled().await?;
        same(&page.pixels("#pooled").await?, &layer(11).native(&source)?, "by the field");
        page.tab_to("#ceil-mode").await?;
        page.press(' ').await?;
        page.settled().await?;
        let ceil = Layer { ceil_mode: true, ..layer(11) };
        same(&page.pixels("#pooled").await?, &ceil.native(&source)?, "by the box");

        page.tab_to("[data-example='7']").await?;
        page.press(Key::Enter).await?;
        page.read().await?;
        assert_eq!(page.text("#digit").await?, "7");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_digit_is_drawn_by_keys() -> Result<()> {
    visit(async |page| {
        page.open().await?;
        page.tab_to("#pad").await?;
        // The pen starts in the middle, a quarter down: a line from there is a one.
        page.press(' ').await?;
        for _ in 0..15 {
            page.press(Key::Down).await?;
        }
        page.press(' ').await?;
        page.read().await?;
        assert_eq!(page.text("#digit").await?, "1");
        page.press(Key::Backspace).await?;
        page.read().await?;
        assert_eq!(page.text("#digit").await?, "3", "the example that the line took the place of");
        Ok(())
    })?;
    Ok(())
}
