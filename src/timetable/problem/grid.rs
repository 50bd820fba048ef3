//! Who is on the telephone in which shift of a week: what a plan comes to.

use indexmap::IndexMap;

use super::{Place, Problem};

/// The people of each shift of a week, as numbers of [`Problem::members`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// By [`Problem::slot`]; in each, rising.
    pub slots: Vec<Vec<usize>>,
}

impl Grid {
    /// A week with nobody in it.
    #[must_use]
    pub fn empty(problem: &Problem) -> Self {
        Self { slots: vec![Vec::new(); problem.slots()] }
    }

    /// Puts somebody into a shift.
    pub fn put(&mut self, slot: usize, member: usize) {
        if let Some(people) = self.slots.get_mut(slot) {
            let at = people.partition_point(|other| *other < member);
            people.insert(at, member);
        }
    }

    /// Takes somebody out of a shift.
    pub fn take(&mut self, slot: usize, member: usize) {
        if let Some(people) = self.slots.get_mut(slot) {
            people.retain(|other| *other != member);
        }
    }

    /// Whether somebody is in a shift.
    #[must_use]
    pub fn has(&self, slot: usize, member: usize) -> bool {
        self.slots.get(slot).is_some_and(|people| people.contains(&member))
    }

    /// Cells with somebody in them.
    #[must_use]
    pub fn filled(&self) -> usize {
        self.slots.iter().map(Vec::len).sum()
    }

    /// By day and shift the ids: `{"mon": [["anna"], []]}`.
    #[must_use]
    pub fn ids(&self, problem: &Problem) -> IndexMap<String, Vec<Vec<String>>> {
        let ids = |place| {
            let people = self.slots.get(problem.slot(place)).map_or(&[][..], Vec::as_slice);
            people.iter().filter_map(|n| problem.members.get(*n)).map(|member| member.id.clone()).collect()
        };
        let day = |day| (0..problem.shifts).map(|shift| ids(Place { day, shift })).collect();
        problem.days.iter().enumerate().map(|(n, name)| (name.clone(), day(n))).collect()
    }

    /// Reads what [`Grid::ids`] wrote; words that mean nobody are passed over.
    ///
    /// # Errors
    /// A day, shift or person that the problem does not have.
    pub fn from_ids(problem: &Problem, days: &IndexMap<String, Vec<Vec<String>>>) -> Result<Self, String> {
        let mut grid = Self::empty(problem);
        for (name, shifts) in days {
            let day = problem
                .days
                .iter()
                .position(|day| day == name)
                .ok_or_else(|| format!("{name:?} is no day of {}", problem.name))?;
            if shifts.len() > problem.shifts {
                return Err(format!("{name} has {} shifts, but there are {}", shifts.len(), problem.shifts));
            }
            for (shift, people) in shifts.iter().enumerate() {
                for id in people.iter().filter(|id| !problem.nobodies.contains(id)) {
                    let member = problem.members.iter().position(|member| member.id == *id);
                    let member = member.ok_or_else(|| format!("{name} shift {shift}: nobody is {id:?}"))?;
                    grid.put(problem.slot(Place { day, shift }), member);
                }
            }
        }
        Ok(grid)
    }
}
