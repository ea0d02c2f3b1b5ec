//! A pooling layer as it is set in the page, and what the core makes of it without one.

use anyhow::{Context, Result};
use browser_tests::page::Page;
use deep_end::{
    Pool, Pooling, Window,
    render::{Rgba, pool_photograph},
};

/// Settings of a layer whose window slides.
#[derive(Clone, Debug)]
pub struct Layer {
    pub method: Pooling,
    pub kernel_size: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
    pub ceil_mode: bool,
}

impl Layer {
    /// A kernel that tiles the picture.
    pub fn tiling(method: Pooling, kernel_size: usize) -> Self {
        Self { method, kernel_size, stride: kernel_size, padding: 0, dilation: 1, ceil_mode: false }
    }

    /// The picture pooled by the core as it runs here.
    pub fn native(&self, picture: &Rgba) -> Result<Rgba> {
        let side = |cells| [cells; 2];
        let window = Window::new(side(self.kernel_size))
            .stride(side(self.stride))
            .padding([side(self.padding); 2])
            .dilation(side(self.dilation))
            .ceil_mode(self.ceil_mode);
        let pool = Pool::new(self.method.clone(), window)?;
        pool_photograph(&pool, picture.width, picture.height, &picture.pixels).context("the core")
    }

    /// Sets the page's controls, in the order in which they stand, and waits for the answer.
    pub async fn set(&self, page: &Page) -> Result<()> {
        page.click(&format!("#method-{}", self.method.name())).await?;
        page.click("#windows-sliding").await?;
        if let Pooling::Lp { norm_type } = self.method {
            page.set("#norm-type", norm_type).await?;
        }
        page.set("#kernel-size", self.kernel_size).await?;
        page.set("#stride", self.stride).await?;
        page.set("#padding", self.padding).await?;
        page.set("#dilation", self.dilation).await?;
        page.tick("#ceil-mode", self.ceil_mode).await?;
        if let Pooling::Average { count_include_pad, .. } = self.method {
            page.tick("#count-include-pad", count_include_pad).await?;
        }
        page.settled().await
    }
}

/// Compares pictures pixel by pixel, and says where they first differ.
pub fn same(found: &Rgba, wanted: &Rgba, what: &str) {
    assert_eq!([found.width, found.height], [wanted.width, wanted.height], "{what}: width and height");
    let differ = |at: &usize| found.pixels[4 * at..][..4] != wanted.pixels[4 * at..][..4];
    let pixels = wanted.width * wanted.height;
    let different: Vec<usize> = (0..pixels).filter(differ).collect();
    if let Some(&at) = different.first() {
        let (row, column) = (at / wanted.width, at % wanted.width);
        let (found, wanted) = (&found.pixels[4 * at..][..4], &wanted.pixels[4 * at..][..4]);
        let count = different.len();
        panic!("{what}: {count} of {pixels} pixels differ; row {row}, column {column} is {found:?}, not {wanted:?}");
    }
}
