//! The picture as SVG, laid out in layers by the `layout-rs` crate.

use std::panic::{AssertUnwindSafe, catch_unwind};

use layout::{
    adt::dag::NodeHandle,
    core::{
        base::Orientation,
        color::Color,
        style::{LineStyleKind, StyleAttr},
    },
    std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind},
    topo::layout::VisualGraph,
};

use super::{
    pen::{self, Pen},
    plan::{Block, Picture},
};
use crate::flow::parts::Flow;

/// The flow as a whole SVG document. Every text from the file is escaped; there are no scripts in it.
///
/// A step's group has `data-step` with its name, so that a page can mark it.
#[must_use]
pub fn svg(flow: &Flow) -> String {
    let picture = Picture::of(flow);
    let title = format!("{}: {}", flow.name, flow.description);
    // The layout is another's code with assertions of its own: a picture is never worth a panic.
    let fits = picture.blocks.len() <= MOST_BLOCKS;
    let drawn = if fits { catch_unwind(AssertUnwindSafe(|| draw(&picture))).ok() } else { None };
    drawn.map_or_else(
        || pen::sentence(&format!("{title} (too large for this picture: take the Mermaid form)")),
        |pen| pen.finish(&title),
    )
}

/// Beyond this the arrows' crossings and bends are left as they fall: making them fewer takes too long.
const MOST_ARROWS: usize = 45;
/// Beyond this nothing is drawn: no page shows it, and the layout takes seconds.
const MOST_BLOCKS: usize = 120;

fn draw(picture: &Picture) -> Pen<'_> {
    let mut graph = VisualGraph::new(Orientation::TopToBottom);
    let blocks = picture.blocks.iter().enumerate();
    let handles: Vec<NodeHandle> =
        blocks.map(|(place, block)| graph.add_node(element(place, block))).collect();
    for arrow in &picture.arrows {
        let line = if arrow.is_dashed { LineStyleKind::Dashed } else { LineStyleKind::Normal };
        let look = StyleAttr::new(Color::transparent(), 1, None, 0, pen::ARROW_FONT);
        let (start, end) = (LineEndKind::None, LineEndKind::Arrow);
        let drawn = Arrow::new(start, end, line, &arrow.label, &look, &None, &None);
        graph.add_edge(drawn, handles[arrow.from], handles[arrow.to]);
    }
    let mut pen = Pen::new(picture);
    let rough = picture.arrows.len() > MOST_ARROWS;
    graph.do_it(false, rough, rough, &mut pen);
    pen
}

/// A box for the layout: its text is the block's place, which the pen looks up again.
fn element(place: usize, block: &Block) -> Element {
    let look = StyleAttr::new(Color::transparent(), 1, None, 0, pen::BOX_FONT);
    Element::create(ShapeKind::new_box(&place.to_string()), look, Orientation::TopToBottom, pen::size(block))
}
