//! The same requests through one queue for all servers.

use std::collections::VecDeque;

use super::fleet::Fleet;
use super::traffic::Traffic;
use crate::engine::histogram::Histogram;
use crate::engine::queue::Events;

enum Event {
    Arrival(u64),
    Done { arrived: i64, server: usize },
}

/// Latencies if every free worker took the request that has waited longest, the fastest server
/// first, and no request met a failing server. With servers of one speed no dispatcher that does
/// not know the sizes can have a lower mean.
pub fn one_queue(fleet: &Fleet, traffic: &Traffic) -> Histogram {
    let mut latencies = Histogram::new();
    let mut waiting: VecDeque<(u64, i64)> = VecDeque::new();
    let mut busy = vec![0; fleet.servers];
    let mut events = Events::new();
    events.push(traffic.gap(0), Event::Arrival(0));
    while let Some((now, event)) = events.pop() {
        match event {
            Event::Arrival(number) => {
                let next = now + traffic.gap(number + 1);
                if next <= traffic.length {
                    events.push(next, Event::Arrival(number + 1));
                }
                waiting.push_back((number, now));
            }
            Event::Done { arrived, server } => {
                latencies.record((now - arrived) as u64);
                busy[server] -= 1;
            }
        }
        while let Some(&(number, arrived)) = waiting.front()
            && let Some(server) = best(fleet, &busy, now)
        {
            waiting.pop_front();
            busy[server] += 1;
            let end = now + traffic.work(number) * 100 / fleet.speed_pct(server, now);
            events.push(end, Event::Done { arrived, server });
        }
    }
    latencies
}

/// The fastest server with a free worker.
fn best(fleet: &Fleet, busy: &[usize], now: i64) -> Option<usize> {
    let free = (0..fleet.listed(now)).filter(|&i| busy[i] < fleet.workers && !fleet.fails(i, now));
    free.max_by_key(|&i| fleet.speed_pct(i, now))
}
