//! How many shifts of a day somebody can have beside what else there is to do.

/// Shifts of a day: bit n is shift n.
pub type Mask = u128;

/// Shifts in a row that are free, at most `most`: what can be planned without a pause.
///
/// With at most two shifts a day, the two of lunch are not counted as two (`lunch`, as in the planning).
#[must_use]
pub fn of_day(busy: Mask, shifts: usize, most: usize, lunch: &[usize]) -> u32 {
    let is_free = |shift: usize| shift < shifts && busy >> shift & 1 == 0;
    let (mut longest, mut run) = (0, 0);
    for shift in 0..shifts.min(128) {
        run = if is_free(shift) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    if most == 2 && longest >= 2 {
        let is_lunch =
            |shift: usize| lunch.len() == 2 && lunch.contains(&shift) && lunch.contains(&(shift + 1));
        let pair = (0..shifts).any(|shift| is_free(shift) && is_free(shift + 1) && !is_lunch(shift));
        return if pair { 2 } else { 1 };
    }
    u32::try_from(longest.min(most)).unwrap_or(u32::MAX)
}
