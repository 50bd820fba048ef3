//! A flow as a picture: Mermaid text, or SVG.

mod mermaid;
mod pen;
mod plan;
mod svg;

pub use mermaid::mermaid;
pub use svg::svg;

#[cfg(test)]
mod tests;
