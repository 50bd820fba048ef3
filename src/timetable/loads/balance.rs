//! Shifts are added, taken away and passed on, one at a time, by credit and debt.

/// One person's part of the week.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Share<'a> {
    pub id: &'a str,
    pub load: u32,
    /// Never more.
    pub bound: u32,
    /// Never fewer.
    pub least: u32,
    /// Shifts above the share, of earlier weeks and this one.
    pub credit: f64,
}

/// Adds or takes away until all loads are the target, as far as bounds allow: one of each person in a round, at
/// first of those alone who have debts (or credit) to settle.
pub(super) fn cover(shares: &mut [Share<'_>], target: u32) {
    let total = shares.iter().fold(0_u32, |total, share| total.saturating_add(share.load));
    if total > target {
        let mut surplus = total - target;
        rounds(
            shares,
            &mut surplus,
            |a, b| b.total_cmp(&a),
            |share, all| {
                let goes = share.load > share.least && (all || share.credit > 0.0);
                goes.then(|| (share.load - 1, share.credit - 1.0))
            },
        );
    } else {
        let mut missing = target - total;
        rounds(
            shares,
            &mut missing,
            |a, b| a.total_cmp(&b),
            |share, all| {
                let goes = share.load < share.bound && (all || share.credit < 0.0);
                goes.then(|| (share.load + 1, share.credit + 1.0))
            },
        );
    }
}

/// Goes round until nothing is left or nobody takes part; `next` gives load and credit of whoever does.
fn rounds(
    shares: &mut [Share<'_>],
    left: &mut u32,
    by_credit: impl Fn(f64, f64) -> std::cmp::Ordering,
    next: impl Fn(&Share<'_>, bool) -> Option<(u32, f64)>,
) {
    for all in [false, true] {
        let mut moved = true;
        while moved && *left > 0 {
            moved = false;
            let mut order: Vec<_> = (0..shares.len()).collect();
            order.sort_by(|a, b| {
                let (a, b) = (&shares[*a], &shares[*b]);
                by_credit(a.credit, b.credit).then_with(|| a.id.cmp(b.id))
            });
            for n in order {
                if *left == 0 {
                    return;
                }
                if let Some((load, credit)) = next(&shares[n], all) {
                    (shares[n].load, shares[n].credit) = (load, credit);
                    *left -= 1;
                    moved = true;
                }
            }
        }
    }
}

/// Lets the biggest debtor take a shift from the biggest creditor, as long as that leaves less to settle.
pub(super) fn compensate(shares: &mut [Share<'_>]) {
    while let Some((from, to)) = pair(shares) {
        (shares[from].load, shares[from].credit) = (shares[from].load - 1, shares[from].credit - 1.0);
        (shares[to].load, shares[to].credit) = (shares[to].load + 1, shares[to].credit + 1.0);
    }
}

/// Who gives and who takes.
fn pair(shares: &[Share<'_>]) -> Option<(usize, usize)> {
    let key = |n: &usize| shares[*n].credit;
    let mut order: Vec<_> = (0..shares.len()).collect();
    order.sort_by(|a, b| key(a).total_cmp(&key(b)).then_with(|| shares[*a].id.cmp(shares[*b].id)));
    let takes = |n: &usize| shares[*n].credit < 0.0 && shares[*n].load < shares[*n].bound;
    let gives = |n: &usize| shares[*n].credit > 0.0 && shares[*n].load > shares[*n].least;
    let to = order.iter().copied().find(takes)?;
    let from = order.iter().rev().copied().find(gives)?;
    let (debt, credit) = (shares[to].credit, shares[from].credit);
    let lessens = (debt + 1.0).abs() + (credit - 1.0).abs() < debt.abs() + credit.abs() - 1e-9;
    lessens.then_some((from, to))
}
