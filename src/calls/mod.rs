//! Calls: the legs we own, the primitives a flow is made of, and the scope that settles each call once.

mod line;

pub use line::{
    BargeIn, Dial, Dialled, Gather, Gathered, Line, Place, Prompt, Record, Recorded, Referred, Said, Take,
};
