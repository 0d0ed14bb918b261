//! Where in its row each cell stands. A cell wants to be below the mean of its neighbours; the
//! places closest to all wishes of a row, with cells in order and apart, are an isotonic
//! regression, which pooling neighbours that collide computes exactly.

use super::rank::{Kind, Ranked};

const ROUNDS: usize = 60;
/// Of these, so many at the end look both up and down.
const BOTH: usize = 48;
/// Between nodes or labels.
const GAP: f64 = 30.0;
/// Beside an edge on its way.
const LANE: f64 = 18.0;

/// How far a cell reaches to both sides of its middle.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    pub before: f64,
    pub after: f64,
}

/// The middle of every cell, the least edge at 0.
pub(super) fn middles(ranked: &Ranked, rows: &[Vec<usize>], reach: &[Reach]) -> Vec<f64> {
    let links = weighted(ranked);
    let mut at = vec![0.0; ranked.cells.len()];
    for row in rows {
        let wishes = vec![(0.0, 1.0); row.len()];
        settle(ranked, row, reach, &wishes, &mut at);
    }
    for round in 0..ROUNDS {
        let (up, down) = match round {
            round if round + BOTH >= ROUNDS => (true, true),
            round => (round % 2 == 0, round % 2 == 1),
        };
        let order: Box<dyn Iterator<Item = &Vec<usize>>> = match down && !up {
            true => Box::new(rows.iter().rev()),
            false => Box::new(rows.iter()),
        };
        for row in order {
            let wish = |cell: &usize| wish(&links, &at, *cell, up, down);
            let wishes: Vec<_> = row.iter().map(wish).collect();
            settle(ranked, row, reach, &wishes, &mut at);
        }
    }
    let edges = at.iter().zip(reach).map(|(at, reach)| at - reach.before);
    let least = edges.fold(f64::INFINITY, f64::min);
    at.into_iter().map(|at| at - least).collect()
}

/// Pairs of cells with how much their edge wants to be straight: long ones more, and the ends
/// of those that lead far back hardly.
fn weighted(ranked: &Ranked) -> Vec<(usize, usize, f64)> {
    let node = |cell: usize| matches!(ranked.cells[cell].kind, Kind::Node(_));
    let mut links = Vec::new();
    for way in &ranked.ways {
        for pair in way.cells.windows(2) {
            let pull = match (node(pair[0]), node(pair[1])) {
                (false, false) => 8.0,
                _ if way.reversed && way.cells.len() > 3 => 0.2,
                (true, true) => 1.0,
                _ => 2.0,
            };
            links.push((pair[0], pair[1], pull));
        }
    }
    links
}

/// Mean of the neighbours above and below, with its weight; a cell with none stays.
fn wish(
    links: &[(usize, usize, f64)],
    at: &[f64],
    cell: usize,
    up: bool,
    down: bool,
) -> (f64, f64) {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (upper, lower, pull) in links {
        let other = match (*upper == cell && down, *lower == cell && up) {
            (true, _) => *lower,
            (_, true) => *upper,
            _ => continue,
        };
        sum += at[other] * pull;
        weight += pull;
    }
    if weight > 0.0 {
        (sum / weight, weight)
    } else {
        (at[cell], 0.1)
    }
}

/// Places a row by its wishes.
fn settle(ranked: &Ranked, row: &[usize], reach: &[Reach], wishes: &[(f64, f64)], at: &mut [f64]) {
    let mut shifts = Vec::with_capacity(row.len());
    let mut shift = 0.0;
    for (i, cell) in row.iter().enumerate() {
        if let Some(before) = i.checked_sub(1).map(|i| row[i]) {
            let bend = |cell: usize| ranked.cells[cell].kind == Kind::Bend;
            let gap = if bend(before) || bend(*cell) {
                LANE
            } else {
                GAP
            };
            shift += reach[before].after + gap + reach[*cell].before;
        }
        shifts.push(shift);
    }
    // Pools of cells that stand as close as they may: sum of wishes, weight, cells.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((wish, weight), shift) in wishes.iter().zip(&shifts) {
        let mut pool = ((wish - shift) * weight, *weight, 1);
        while let Some((sum, total, count)) = pools.last().copied() {
            if sum / total <= pool.0 / pool.1 {
                break;
            }
            pools.pop();
            pool = (sum + pool.0, total + pool.1, count + pool.2);
        }
        pools.push(pool);
    }
    let places = pools
        .iter()
        .flat_map(|(sum, total, count)| std::iter::repeat_n(sum / total, *count));
    for ((cell, place), shift) in row.iter().zip(places).zip(shifts) {
        at[*cell] = place + shift;
    }
}
