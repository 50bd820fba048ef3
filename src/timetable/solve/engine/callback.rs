//! What HiGHS calls back while it runs. The crate `highs` has no words for that: the one file with unsafe code.

#![allow(
    unsafe_code,
    reason = "HiGHS takes a C function and a pointer; what both promise is said at each use"
)]

use std::{
    ffi::{c_char, c_int, c_void},
    ptr, slice,
};

use highs::{Model, SolvedModel};
use highs_sys::{Highs_setCallback, Highs_startCallback, HighsCallbackDataIn, HighsCallbackDataOut};

use super::{Ear, Heard};

// highs_c_api.h: kHighsCallback…
const SIMPLEX_INTERRUPT: c_int = 1;
const IPM_INTERRUPT: c_int = 2;
const IMPROVING_SOLUTION: c_int = 4;
const MIP_LOGGING: c_int = 5;
const MIP_INTERRUPT: c_int = 6;

/// Solves, and tells the ear what happens. The ear is called in this thread and never after the return.
///
/// # Errors
/// HiGHS refuses the callback, or fails.
pub(super) fn solve(mut model: Model, ear: &mut Ear<'_>) -> Result<SolvedModel, String> {
    let mut ear: &mut Ear<'_> = ear;
    let user: *mut &mut Ear<'_> = &raw mut ear;
    // SAFETY: the pointer to HiGHS is the model's own, which lives here. `user` points into this frame; HiGHS uses it
    // only within its run below, as the callback is taken away again before this function returns; if the run fails
    // or panics, the model is dropped in this frame.
    let accepted = unsafe {
        let highs = model.as_mut_ptr();
        let mut status = Highs_setCallback(highs, Some(called), user.cast());
        for kind in [SIMPLEX_INTERRUPT, IPM_INTERRUPT, IMPROVING_SOLUTION, MIP_LOGGING, MIP_INTERRUPT] {
            status |= Highs_startCallback(highs, kind);
        }
        status
    };
    if accepted != 0 {
        return Err("HiGHS takes no callback".to_owned());
    }
    let mut solved = model.try_solve().map_err(|status| format!("HiGHS failed: {status:?}"))?;
    // SAFETY: the pointer is the solved model's own; without a function HiGHS calls nothing.
    unsafe { Highs_setCallback(solved.as_mut_ptr(), None, ptr::null_mut()) };
    Ok(solved)
}

/// `HighsCCallbackType`. A panic of the ear ends the process here, as it cannot go through C++.
unsafe extern "C" fn called(
    kind: c_int,
    _message: *const c_char,
    out: *const HighsCallbackDataOut,
    answer: *mut HighsCallbackDataIn,
    user: *mut c_void,
) {
    // SAFETY: `user` is what `solve` gave, whose frame is below this one; HiGHS runs in that thread alone, so nobody
    // else has the ear. HiGHS gives `out` and `answer` for the time of the call, or null.
    let (Some(ear), Some(out)) = (unsafe { user.cast::<&mut Ear<'_>>().as_mut() }, unsafe { out.as_ref() })
    else {
        return;
    };
    let go_on = match kind {
        IMPROVING_SOLUTION => {
            let columns = usize::try_from(out.mip_solution_size).unwrap_or(0);
            if out.mip_solution.is_null() || columns == 0 {
                return;
            }
            // SAFETY: HiGHS says how many values there are, and keeps them during the call.
            ear(Heard::Better(unsafe { slice::from_raw_parts(out.mip_solution, columns) }))
        }
        MIP_LOGGING => ear(Heard::Bound(out.mip_dual_bound)),
        _ => ear(Heard::Alive),
    };
    // SAFETY: as above; `answer` is null where HiGHS takes none.
    if let Some(answer) = unsafe { answer.as_mut() }
        && !go_on
    {
        answer.user_interrupt = 1;
    }
}
