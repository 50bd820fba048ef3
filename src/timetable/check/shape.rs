//! What is wrong with the shape of somebody's day, whatever the day and whoever it is.

use super::Kind;

/// One thing that a day's shape has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blemish {
    /// The lunch shifts, and no others.
    NoBrunch,
    /// A pause of one shift.
    Discontinuous,
    /// A longer pause.
    FarDiscontinuous,
    /// Three and more in a row.
    Marathon,
}

impl Blemish {
    /// As what it is counted.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::NoBrunch => Kind::NoBrunch,
            Self::Discontinuous => Kind::Discontinuous,
            Self::FarDiscontinuous => Kind::FarDiscontinuous,
            Self::Marathon => Kind::Marathon,
        }
    }
}

/// What is wrong with a day of these shifts (rising) out of `of`; `lunch`: the shifts of which one should be free.
///
/// The model that this comes from names six shapes of a day of four shifts: `.xx.` `x..x` `x.x.` `.x.x` `xxx.` and
/// `.xxx`. Its other shapes (`xx.x`, `x.xx`, `xxxx`) cost nothing there, and so it is here for four shifts. Days of
/// any other length have each of their pauses and each of their long runs counted.
#[must_use]
pub fn blemishes(shifts: &[usize], of: usize, lunch: &[usize]) -> Vec<Blemish> {
    if of == 4 && (shifts.len() == 4 || matches!(shifts, [0, 1 | 2, 3])) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut run = 1;
    for pair in shifts.windows(2) {
        match pair[1] - pair[0] {
            1 => run += 1,
            gap => {
                found.push(if gap == 2 { Blemish::Discontinuous } else { Blemish::FarDiscontinuous });
                found.extend((run >= 3).then_some(Blemish::Marathon));
                run = 1;
            }
        }
    }
    found.extend((run >= 3).then_some(Blemish::Marathon));
    if lunch.len() > 1 && shifts.len() == lunch.len() && lunch.iter().all(|shift| shifts.contains(shift)) {
        found.push(Blemish::NoBrunch);
    }
    found
}
