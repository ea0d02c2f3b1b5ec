//! The page used by its keyboard alone.

use anyhow::{Result, bail, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::page::Page;

/// More than the page has places for the focus.
const MOST_STEPS: usize = 80;

impl Page {
    /// Presses and releases a key, wherever the focus is.
    pub async fn press(&self, key: impl Into<char>) -> Result<()> {
        self.press_with(&[], key).await
    }

    /// Presses and releases a key while others are held.
    pub async fn press_with(&self, held: &[Key], key: impl Into<char>) -> Result<()> {
        let key = key.into();
        let stroke = |kind: &str, key: char| json!({ "type": kind, "value": key });
        let held: Vec<char> = held.iter().map(|&key| key.into()).collect();
        let mut actions: Vec<Value> = held.iter().map(|&key| stroke("keyDown", key)).collect();
        actions.extend([stroke("keyDown", key), stroke("keyUp", key)]);
        actions.extend(held.iter().rev().map(|&key| stroke("keyUp", key)));
        let source = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.command("actions", json!({ "actions": [source] })).await?;
        Ok(())
    }

    /// Steps on by the tabulator until the focus is on what the selector names; all the way, it must be seen where it is.
    pub async fn tab_to(&self, selector: &str) -> Result<()> {
        for _ in 0..MOST_STEPS {
            self.press(Key::Tab).await?;
            self.focus_is_visible().await?;
            if self.evaluate(&format!("document.activeElement.matches({selector:?})")).await? == true {
                return Ok(());
            }
        }
        bail!("{selector} is not reached by the tabulator")
    }

    /// Whether the element with the focus, or what stands for it, has an outline within the window.
    async fn focus_is_visible(&self) -> Result<()> {
        let script = "(() => {
          const focus = document.activeElement;
          if (focus === document.body) return '';
          const stands = [focus, focus.nextElementSibling, focus.parentElement, focus.previousElementSibling].filter(Boolean);
          const outlined = stands.some((element) => {
            const { outlineStyle, outlineWidth } = getComputedStyle(element);
            const { top, bottom, left, right, width } = element.getBoundingClientRect();
            const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && width > 8;
            return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && inside;
          });
          return focus.matches(':focus-visible') && outlined ? '' : focus.outerHTML.slice(0, 200);
        })()";
        let hidden = self.evaluate(script).await?;
        ensure!(hidden == "", "the focus cannot be seen on {hidden}");
        Ok(())
    }
}
