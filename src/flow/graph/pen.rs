//! Draws what the layout has placed: boxes, words and arrows, as SVG.

use std::fmt::Write;

use layout::core::{
    format::{ClipHandle, RenderBackend},
    geometry::Point,
    style::StyleAttr,
};

use super::plan::{Block, Picture};

/// Font sizes as the layout is told them. It takes one em for each letter, which is twice what they need: half
/// of what is drawn.
pub(super) const BOX_FONT: usize = 7;
pub(super) const ARROW_FONT: usize = 6;

/// Sizes as they are drawn, in pixels.
const TITLE_SIZE: f64 = 14.0;
const LINE_SIZE: f64 = 12.0;
const LETTER: f64 = 6.9;
const LABEL_LETTER: f64 = 6.0;
const LINE_HEIGHT: f64 = 16.0;
const PADDING: f64 = 12.0;
const MARGIN: f64 = 24.0;

const STYLE: &str = "\
text { font-family: 'Inter', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif; fill: #1d1d26 }
.title { font-size: 14px; font-weight: 600 } .kind { font-size: 11px; fill: #5c5c70 }
.words { font-size: 12px; fill: #3d3d4d }
.label text { font-size: 11px; fill: #3d3d4d }
.arrow { fill: none; stroke: #77778a; stroke-width: 1.4 } .dashed { stroke-dasharray: 5 4 }
rect { stroke-width: 1.5; fill: #ffffff; stroke: #8a8a99 }
.say rect, .pause rect { fill: #e8f1fb; stroke: #3572b0 }
.menu rect, .collect rect, .record rect { fill: #fdf0d9; stroke: #b3730f }
.lookup rect, .choose rect, .set rect, .goto rect { fill: #eeeef2; stroke: #6b6b80 }
.dial rect, .transfer rect, .webhook rect { fill: #e4f4e8; stroke: #2f7d4a }
.label rect { fill: #ffffff; stroke: none }
.hangup rect { fill: #f9e3e3; stroke: #a83a3a }
.start rect { fill: #1d1d26; stroke: #1d1d26 } .start text { fill: #ffffff }
.anytime rect, .fault rect, .flow rect { stroke-dasharray: 4 3 }";

/// What is drawn so far.
#[derive(Debug)]
pub(super) struct Pen<'p> {
    picture: &'p Picture,
    boxes: String,
    arrows: String,
    labels: String,
    low: (f64, f64),
    high: (f64, f64),
    /// The box whose words come next.
    corner: (Point, Point),
}

impl<'p> Pen<'p> {
    pub fn new(picture: &'p Picture) -> Self {
        let zero = (Point::zero(), Point::zero());
        let (boxes, arrows, labels) = (String::new(), String::new(), String::new());
        let (low, high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        Self { picture, boxes, arrows, labels, low, high, corner: zero }
    }

    fn reach(&mut self, x: f64, y: f64) {
        self.low = (self.low.0.min(x), self.low.1.min(y));
        self.high = (self.high.0.max(x), self.high.1.max(y));
    }

    /// The document.
    pub fn finish(&self, title: &str) -> String {
        let (left, top) = (self.low.0 - MARGIN, self.low.1 - MARGIN);
        let (width, height) = (self.high.0 - left + MARGIN, self.high.1 - top + MARGIN);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"{left:.1} {top:.1} {width:.1} {height:.1}\" role=\"img\">\n<title>{}</title>\n\
             <style>{STYLE}</style>\n<defs><marker id=\"tip\" viewBox=\"0 0 10 8\" refX=\"9\" refY=\"4\" \
             markerWidth=\"9\" markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0 L10 4 L0 8 z\" \
             fill=\"#77778a\"/></marker></defs>\n<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\" style=\"fill:#ffffff;stroke:none\"/>\n{}{}{}</svg>\n",
            escape(title),
            self.arrows,
            self.boxes,
            self.labels
        )
    }

    fn block(&mut self, block: &Block) {
        let (corner, size) = self.corner;
        let middle = corner.x + size.x / 2.0;
        let rounded = if matches!(block.kind, "start" | "anytime" | "fault") { size.y / 2.0 } else { 6.0 };
        let (title, kind) = (escape(&block.title), block.kind);
        let _ = writeln!(
            self.boxes,
            "<g class=\"{kind}\" data-step=\"{title}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
             height=\"{:.1}\" rx=\"{rounded:.1}\"/>",
            corner.x, corner.y, size.x, size.y
        );
        let mut line = corner.y + PADDING + TITLE_SIZE * 0.8;
        let kind = if is_step(block) {
            format!("<tspan class=\"kind\" dx=\"8\">{kind}</tspan>")
        } else {
            String::new()
        };
        let _ = write!(
            self.boxes,
            "<text class=\"title\" text-anchor=\"middle\" x=\"{middle:.1}\" y=\"{line:.1}\">{title}{kind}</text>"
        );
        for words in &block.lines {
            line += LINE_HEIGHT;
            let _ = write!(
                self.boxes,
                "<text class=\"words\" text-anchor=\"middle\" x=\"{middle:.1}\" y=\"{line:.1}\">{}</text>",
                escape(words)
            );
        }
        self.boxes.push_str("</g>\n");
    }
}

/// A document with one sentence, for a flow that cannot be drawn.
pub(super) fn sentence(text: &str) -> String {
    let text = escape(text);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"40\" role=\"img\">\
         <title>{text}</title><text x=\"12\" y=\"25\" font-family=\"sans-serif\">{text}</text></svg>\n"
    )
}

/// Width and height of a box.
#[allow(clippy::cast_precision_loss, reason = "a few lines")]
pub(super) fn size(block: &Block) -> Point {
    let kind = if is_step(block) { letters(block.kind) + 2.0 } else { 0.0 };
    let title = (letters(&block.title) * TITLE_SIZE / LINE_SIZE + kind) * LETTER;
    let words = block.lines.iter().map(|line| letters(line) * LETTER).fold(0.0, f64::max);
    let height = LINE_HEIGHT * (1 + block.lines.len()) as f64 + PADDING * 1.5;
    Point::new(title.max(words) + 2.0 * PADDING, height)
}

#[allow(clippy::cast_precision_loss, reason = "a few letters")]
fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

fn is_step(block: &Block) -> bool {
    !matches!(block.kind, "start" | "anytime" | "fault" | "flow")
}

impl RenderBackend for Pen<'_> {
    fn draw_rect(&mut self, xy: Point, size: Point, _: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        self.reach(xy.x, xy.y);
        self.reach(xy.x + size.x, xy.y + size.y);
        self.corner = (xy, size);
    }

    fn draw_text(&mut self, xy: Point, text: &str, look: &StyleAttr) {
        if look.font_size == BOX_FONT {
            // A box's text is its place in the picture.
            let picture = self.picture;
            if let Some(block) = text.parse::<usize>().ok().and_then(|place| picture.blocks.get(place)) {
                self.block(block);
            }
            return;
        }
        let half = letters(text) * LABEL_LETTER / 2.0 + 2.0;
        self.reach(xy.x - half, xy.y);
        self.reach(xy.x + half, xy.y);
        let (x, width) = (xy.x - half, half * 2.0);
        let _ = writeln!(
            self.labels,
            "<g class=\"label\"><rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\"/>\
             <text text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            xy.y - 7.0,
            xy.x,
            xy.y + 4.0,
            escape(text)
        );
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        dashed: bool,
        head: (bool, bool),
        _: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        let [first, second, rest @ ..] = path else { return };
        for (point, control) in path {
            self.reach(point.x, point.y);
            self.reach(control.x, control.y);
        }
        let mut curve = format!(
            "M{:.1} {:.1} C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            first.0.x, first.0.y, first.1.x, first.1.y, second.0.x, second.0.y, second.1.x, second.1.y
        );
        for (control, point) in rest {
            let _ = write!(curve, " S{:.1} {:.1} {:.1} {:.1}", control.x, control.y, point.x, point.y);
        }
        let class = if dashed { "arrow dashed" } else { "arrow" };
        let start = if head.0 { " marker-start=\"url(#tip)\"" } else { "" };
        let end = if head.1 { " marker-end=\"url(#tip)\"" } else { "" };
        let _ = writeln!(self.arrows, "<path class=\"{class}\" d=\"{curve}\"{start}{end}/>");
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

/// XML text and attribute values; what XML 1.0 cannot hold is left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
