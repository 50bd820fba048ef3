//! `QuickXplain` (Junker 2004): the smallest part of a clash, found by halves.

/// Of these candidates those without which nothing clashes any more, given what holds anyway.
///
/// What clashes says `clashes`; where it cannot tell and says no, more is kept than needed.
pub(super) fn smallest<T: Copy>(
    holds: &[T],
    candidates: &[T],
    clashes: &mut impl FnMut(&[T]) -> bool,
) -> Vec<T> {
    if candidates.is_empty() || clashes(holds) {
        return Vec::new();
    }
    half(holds, false, candidates, clashes)
}

fn half<T: Copy>(
    holds: &[T],
    is_new: bool,
    candidates: &[T],
    clashes: &mut impl FnMut(&[T]) -> bool,
) -> Vec<T> {
    if is_new && clashes(holds) {
        return Vec::new();
    }
    if candidates.len() <= 1 {
        return candidates.to_vec();
    }
    let (first, second) = candidates.split_at(candidates.len() / 2);
    let with = |more: &[T]| holds.iter().chain(more).copied().collect::<Vec<_>>();
    let of_second = half(&with(first), true, second, clashes);
    let mut found = half(&with(&of_second), !of_second.is_empty(), first, clashes);
    found.extend(of_second);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_part_is_found() {
        let all: Vec<u32> = (0..100).collect();
        for part in [vec![7], vec![3, 99], vec![0, 1, 2, 50, 51, 98]] {
            let mut asked = 0;
            let mut clashes = |items: &[u32]| {
                asked += 1;
                part.iter().all(|item| items.contains(item))
            };
            let mut found = smallest(&[], &all, &mut clashes);
            found.sort_unstable();
            assert_eq!(found, part);
            assert!(asked < 100, "{asked}");
        }
        assert_eq!(smallest(&[7], &all, &mut |items| items.contains(&7)), Vec::<u32>::new());
    }
}
