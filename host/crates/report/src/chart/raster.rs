//! Charts as PNG: the SVG, rendered by resvg in the shipped font.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::DrawError;
use super::lettering::{FONT, FONT_NAME};
use super::pen::SIZE;

/// Pixels of the image for one of the chart.
const SCALE: u32 = 3;

/// 300 dots an inch.
const PIXELS_PER_METRE: u32 = 11_811;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(FONT.to_vec());
    fonts.set_sans_serif_family(FONT_NAME);
    Arc::new(fonts)
});

/// Renders a chart's plain SVG.
pub(super) fn render(svg: &str) -> Result<Vec<u8>, DrawError> {
    let options = Options { fontdb: Arc::clone(&FONTS), font_family: FONT_NAME.to_owned(), ..Options::default() };
    let tree =
        Tree::from_str(svg, &options).map_err(|error| DrawError(format!("chart cannot be rendered: {error}")))?;
    let (width, height) = (SIZE.0 * SCALE, SIZE.1 * SCALE);
    let mut pixels = Pixmap::new(width, height).expect("the size is not zero");
    resvg::render(&tree, Transform::from_scale(SCALE as f32, SCALE as f32), &mut pixels.as_mut());
    encode(&pixels).map_err(|error| DrawError(format!("chart cannot be encoded: {error}")))
}

fn encode(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let density = png::PixelDimensions { xppu: PIXELS_PER_METRE, yppu: PIXELS_PER_METRE, unit: png::Unit::Meter };
    encoder.set_pixel_dims(Some(density));
    // The paper covers all: no transparency is left to say.
    let opaque: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&opaque)?;
    writer.finish()?;
    Ok(file)
}
