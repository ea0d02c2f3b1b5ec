//! The page used by its keyboard alone, by dragging, and where something cannot be read or had.

use anyhow::{Context, Result, ensure};
use browser_tests::{page::Page, visit};
use fantoccini::key::Key;

use crate::{answered, open, write};

/// Files that are asked for are others until the page is told otherwise.
const NO_FILES: &str = "const realFetch = fetch; window.files = false;
  window.fetch = (...asked) => window.files ? realFetch(...asked) : Promise.resolve(new Response('', { status: 404 }));
  const RealWorker = Worker;
  window.Worker = class extends RealWorker {
    postMessage(message, transfer) {
      super.postMessage(window.files ? message : { ...message, work: 'nothing' }, transfer);
    }
  };";

async fn sentence(page: &Page) -> Result<String> {
    let text = page.evaluate("document.querySelector('#sentence').value").await?;
    Ok(text.as_str().context("the box has a text")?.to_owned())
}

#[test]
fn the_whole_page_by_keyboard() -> Result<()> {
    visit(async |page| {
        open(page).await?;
        page.tab_to("[data-example='3']").await?;
        page.press(Key::Enter).await?;
        answered(page).await?;
        assert_eq!(sentence(page).await?, "moving but bad");
        ensure!(page.text("#answer").await?.starts_with("Negative, "));
        // Words are chosen and moved, and the focus goes with them.
        page.tab_to(".word[data-at='0']").await?;
        page.press(Key::Right).await?;
        page.press(Key::Right).await?;
        assert_eq!(page.text("#chosen").await?, "“bad”");
        page.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', shiftKey: true, bubbles: true, cancelable: true }))").await?;
        answered(page).await?;
        assert_eq!(sentence(page).await?, "moving bad but");
        page.until("document.activeElement.dataset.at === '1'").await?;
        ensure!(page.text("#changed").await?.contains("filters that answered give what they gave"));
        page.press(Key::Delete).await?;
        answered(page).await?;
        assert_eq!(sentence(page).await?, "moving but");
        page.tab_to("#undo-moves").await?;
        page.press(Key::Enter).await?;
        answered(page).await?;
        assert_eq!((sentence(page).await?.as_str(), page.text("#changed").await?.as_str()), ("moving but bad", ""));
        page.tab_to("#lead").await?;
        page.press(Key::Right).await?;
        answered(page).await?;
        assert_eq!(page.text("#lead-value").await?, "1");
        page.tab_to("input[name=filter]:checked").await?;
        let before = page.text("#curve-title").await?;
        page.press(Key::Down).await?;
        ensure!(page.text("#curve-title").await? != before);
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_word_is_dragged_elsewhere() -> Result<()> {
    visit(async |page| {
        open(page).await?;
        write(page, "one two three").await?;
        let drag = "(() => {
            const [from, , to] = [...document.querySelectorAll('.word')].map((word) => word.getBoundingClientRect());
            const at = ({ left, top, width, height }) => ({ clientX: left + width / 2, clientY: top + height / 2, bubbles: true, button: 0, pointerType: 'mouse' });
            document.querySelector('.word').dispatchEvent(new PointerEvent('pointerdown', at(from)));
            document.dispatchEvent(new PointerEvent('pointermove', at(to)));
            document.dispatchEvent(new PointerEvent('pointerup', at(to)));
          })()";
        page.evaluate("document.querySelector('#words').scrollIntoView({ block: 'center' })").await?;
        page.evaluate(drag).await?;
        answered(page).await?;
        assert_eq!(sentence(page).await?, "two three one");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_test_sentence_comes_with_its_label() -> Result<()> {
    visit(async |page| {
        open(page).await?;
        page.click("#test-next").await?;
        page.until("document.querySelector('#test-said').textContent.includes('line 10 of rt-polarity.pos')").await?;
        answered(page).await?;
        ensure!(page.text("#test-said").await?.starts_with("Said to be positive. Number 1 of 20"));
        page.click("#test-back").await?;
        page.until("document.querySelector('#test-said').textContent.includes('Number 20 of 20')").await?;
        ensure!(page.text("#test-said").await?.starts_with("Said to be negative."));
        Ok(())
    })?;
    Ok(())
}

#[test]
fn what_cannot_be_read_is_said_and_the_link_brings_a_sentence_back() -> Result<()> {
    visit(async |page| {
        open(page).await?;
        write(page, " … ").await?;
        ensure!(page.text("#sentence-error").await?.contains("must have a word at least"));
        ensure!(!page.text("#answer").await?.is_empty(), "the last answer stays");
        write(page, "").await?;
        assert_eq!(page.text("#sentence-error").await?, "Write a word, and it is read.");
        write(page, &"good ".repeat(60)).await?;
        ensure!(page.text("#unread").await?.ends_with("It reads 56 places; 4 words are beyond them."));
        write(page, "dull & predictable <b>").await?;
        let address = page.evaluate("location.href").await?;
        let address = address.as_str().context("there is an address")?.to_owned();
        page.go("index.html").await?;
        page.go(address.rsplit('/').next().context("it has a path")?).await?;
        answered(page).await?;
        assert_eq!(sentence(page).await?, "dull & predictable <b>");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn what_cannot_be_had_is_said_and_tried_again() -> Result<()> {
    visit(async |page| {
        page.before_every_page(NO_FILES).await?;
        open(page).await?;
        let text = page.text("#words-error").await?;
        ensure!(text.starts_with("The network cannot be run: "), "{text}");
        page.click("#test-next").await?;
        page.until("document.querySelector('#test-said').textContent.includes('could not be fetched')").await?;
        page.evaluate("window.files = true").await?;
        page.click("#look-again").await?;
        page.until("document.querySelector('#answer').textContent.startsWith('Positive, ')").await?;
        ensure!(!page.shows("#words-error").await?);
        Ok(())
    })?;
    Ok(())
}
