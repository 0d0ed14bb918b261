//! The order of the cells in each row, with few edges that cross: rows are sorted by the mean
//! place of their neighbours, down and up in turns, and the best order seen is kept.

use super::rank::Ranked;

const ROUNDS: usize = 12;

/// Cells by row, in order.
pub(super) fn rows(ranked: &Ranked) -> Vec<Vec<usize>> {
    let count = ranked.cells.iter().map(|cell| cell.rank + 1).max();
    let mut rows = vec![Vec::new(); count.unwrap_or(0)];
    for cell in first_seen(ranked) {
        rows[ranked.cells[cell].rank].push(cell);
    }
    let links = links(ranked);
    let mut best = (crossings(&rows, &links), rows.clone());
    for round in 0..ROUNDS {
        sweep(&mut rows, &links, round % 2 == 0);
        let crossed = crossings(&rows, &links);
        if crossed < best.0 {
            best = (crossed, rows.clone());
        }
    }
    best.1
}

/// Cells in the order in which one meets them who follows the edges from the first node on.
fn first_seen(ranked: &Ranked) -> Vec<usize> {
    let mut seen = vec![false; ranked.cells.len()];
    let mut cells = Vec::new();
    let links = links(ranked);
    for start in 0..ranked.cells.len() {
        let mut waiting = vec![start];
        while let Some(cell) = waiting.pop() {
            if !std::mem::replace(&mut seen[cell], true) {
                cells.push(cell);
                let next = links.iter().filter(|(from, _)| *from == cell);
                let next: Vec<usize> = next.map(|(_, to)| *to).collect();
                waiting.extend(next.into_iter().rev());
            }
        }
    }
    cells
}

/// Pairs of cells that an edge joins, the upper one first.
pub(super) fn links(ranked: &Ranked) -> Vec<(usize, usize)> {
    let ways = ranked.ways.iter();
    ways.flat_map(|way| way.cells.windows(2).map(|pair| (pair[0], pair[1])))
        .collect()
}

/// Place of every cell in its row.
fn places(rows: &[Vec<usize>]) -> Vec<usize> {
    let count = rows.iter().flatten().map(|cell| cell + 1).max();
    let mut places = vec![0; count.unwrap_or(0)];
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            places[*cell] = place;
        }
    }
    places
}

fn sweep(rows: &mut [Vec<usize>], links: &[(usize, usize)], down: bool) {
    let count = rows.len();
    for step in 1..count {
        let row = if down { step } else { count - 1 - step };
        let places = places(rows);
        // Means as fractions, compared without rounding.
        let mean = |cell: usize| {
            let near = links.iter().filter_map(|(upper, lower)| match down {
                true => (*lower == cell).then_some(*upper),
                false => (*upper == cell).then_some(*lower),
            });
            let near: Vec<usize> = near.map(|other| places[other]).collect();
            match near.len() {
                0 => (places[cell], 1),
                many => (near.iter().sum(), many),
            }
        };
        rows[row].sort_by(|a, b| {
            let ((sum_a, of_a), (sum_b, of_b)) = (mean(*a), mean(*b));
            (sum_a * of_b).cmp(&(sum_b * of_a))
        });
    }
}

fn crossings(rows: &[Vec<usize>], links: &[(usize, usize)]) -> usize {
    let places = places(rows);
    let mut rank = vec![0; places.len()];
    for (number, row) in rows.iter().enumerate() {
        for cell in row {
            rank[*cell] = number;
        }
    }
    let mut crossed = 0;
    for (i, (a, b)) in links.iter().enumerate() {
        for (c, d) in &links[i + 1..] {
            let same = rank[*a] == rank[*c];
            let above = places[*a].cmp(&places[*c]);
            let below = places[*b].cmp(&places[*d]);
            crossed += usize::from(same && above != below && above.is_ne() && below.is_ne());
        }
    }
    crossed
}
