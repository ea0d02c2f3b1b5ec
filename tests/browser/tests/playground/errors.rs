//! What cannot be done is said beside what it is about, and nothing that was there is lost.

use anyhow::{Result, ensure};
use browser_tests::{
    files::{made, photo},
    looks::{axe, is_accessible},
    page::Page,
    visit,
};

use crate::{open, ready, sizes};

async fn choose(page: &Page, file: &std::path::Path) -> Result<()> {
    Ok(page.find("#input-file").await?.send_keys(&file.to_string_lossy()).await?)
}

/// Puts a text in place of the numbers.
async fn type_numbers(page: &Page, text: &str) -> Result<()> {
    let script = "const [text, done] = arguments;
      const area = document.querySelector('#matrix-text');
      area.value = text;
      area.dispatchEvent(new Event('input', { bubbles: true }));
      done();";
    page.run(script, vec![text.into()]).await?;
    Ok(())
}

#[test]
fn unreadable_text_has_its_line_and_column() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        page.click(".of summary").await?;
        let cases = [
            ("1, 2\n3, four", "Line 2, column 4: “four” is no number."),
            ("1 2 3\n4 5", "Line 2, column 1: this row has 2 numbers, the first has 3."),
            ("[[1, 2], [3]]", "Line 1, column 10: this list has 1 entries, the first has 2."),
            ("[[1, 2], 3]", "Line 1, column 10: numbers and lists are mixed in one list."),
            ("[[1, 2]", "Line 1, column 8: the text ends here."),
            ("[1, , 2]", "Line 1, column 5: “,” is no number."),
            (" ", "There is nothing here yet: type rows of numbers, or paste a table or a list."),
        ];
        for (text, message) in cases {
            type_numbers(page, text).await?;
            page.until(&format!("document.querySelector('#input-error').textContent === {message:?}")).await?;
            ensure!(sizes(page).await?[0] == "8 × 8", "{text}: what was there stays");
        }
        for (text, size) in [
            ("np.array([[1., 2.],\n [3, 4.5]], dtype=np.float32)", "2 × 2"),
            ("1; 2; 3\n-4; 5e1; −.5\n", "2 × 3"),
            ("[[[1, 2, 3]], [[4, nan, inf]]]", "2 × 1 × 3"),
            ("7\t8 9", "1 × 3"),
        ] {
            type_numbers(page, text).await?;
            page.until(&format!("document.querySelector('.card .size').textContent === {size:?}")).await?;
            ensure!(page.text("#input-error").await?.is_empty());
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_refused_layer_and_a_refused_file_say_why() -> Result<()> {
    let axe = axe()?;
    visit(async |page| {
        open(page, "").await?;
        page.set("#layer-padding", 7).await?;
        let refusal = "padding is 7: must be below the effective kernel, dilation × (kernel_size − 1) + 1 = 2";
        page.until(&format!("document.querySelector('#layer-padding-error').textContent === {refusal:?}")).await?;
        ready(page).await?;
        ensure!(page.text("[data-stage='1'] .message").await? == refusal);
        let said = format!("Max 2 × 2 is refused: {refusal}. Its code shows once it runs.");
        page.until(&format!("document.querySelector('pool-code .message').textContent === {said:?}")).await?;
        is_accessible(page, &axe, "a refused layer").await?;
        // A line sets a layer that is refused.
        page.set("#paste-line", "nn.MaxPool2d(3, stride=2, padding=1)").await?;
        page.click(".paste [type=submit]").await?;
        page.until("document.querySelector('[data-stage=\"1\"] .size').textContent === '4 × 4'").await?;
        page.until("document.querySelector('.lines code')?.textContent.startsWith('nn.MaxPool2d(3')").await?;
        page.click("#undo").await?;
        page.until(&format!("document.querySelector('pool-code .message').textContent === {said:?}")).await?;
        page.set("#layer-padding", "one").await?;
        page.until(
            "document.querySelector('#layer-padding-error').textContent.startsWith('Padding takes a whole number')",
        )
        .await?;
        page.set("#layer-padding", "0:1, 1").await?;
        page.until("document.querySelector('[data-stage=\"1\"] .size').textContent === '4 × 5'").await?;

        choose(page, &photo("truncated.jpg")).await?;
        page.until("document.querySelector('#input-error').textContent.startsWith('“truncated.jpg” could not be read as a picture.')").await?;
        choose(page, &made("wrong.npy", b"no array")?).await?;
        page.until("document.querySelector('#input-error').textContent.startsWith('“wrong.npy” could not be read as a .npy file: ')").await?;
        ensure!(sizes(page).await? == ["8 × 8", "4 × 5"]);
        // Two planes of 1 × 3 as NumPy writes them.
        let header = format!("{:<117}\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }");
        let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        file.extend(header.as_bytes());
        file.extend([1f32, 2., 3., 4., 5., 6.].iter().flat_map(|value| value.to_le_bytes()));
        choose(page, &made("maps.npy", &file)?).await?;
        page.until("document.querySelector('#input-said').textContent === '“maps.npy”: 2 × 1 × 3.'").await?;
        page.until("document.querySelector('.card .size').textContent === '2 × 1 × 3'").await
    })?;
    Ok(())
}
