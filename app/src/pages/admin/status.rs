//! `/admin/status`: the queues, processes and guards of this site, each with the lesson that
//! teaches it.

use leptos::prelude::*;

use super::desk;
use crate::page::Body;
use crate::pages::status::{summary, taught};
use crate::status::{Guard, StatusDesk};

pub(super) fn body(page: &StatusDesk) -> Body {
    let view = view! {
        <div data-live>
            {summary(&page.status)}
            <section>
                <h2>"Answers, minute by minute"</h2>
                {minutes(&page.minutes)}
            </section>
            <section>
                <h2>"Queues"</h2>
                {queues(page)}
            </section>
            <section>
                <h2>"Processes"</h2>
                {nodes(page)}
            </section>
            <section>
                <h2>"What protects the site"</h2>
                <div class="guards">{page.guards.iter().map(guard).collect_view()}</div>
            </section>
        </div>
    };
    desk("Status", "/admin/status", view)
}

const WIDTH: u64 = 600;
const HEIGHT: u64 = 80;

/// Bars: all answers, and over them, from the foot, the failures.
fn minutes(all: &[(u64, u64)]) -> impl IntoView + use<> {
    let most = all.iter().map(|(answers, _)| *answers).max().unwrap_or(0);
    let total: u64 = all.iter().map(|(answers, _)| answers).sum();
    let failed: u64 = all.iter().map(|(_, failed)| failed).sum();
    let step = WIDTH / u64::try_from(all.len().max(1)).unwrap_or(1);
    let bar = |at: usize, count: u64, class: &'static str| {
        let height = (count * HEIGHT).checked_div(most).unwrap_or(0);
        // What is there is seen, however little.
        let height = if count > 0 { height.max(2) } else { 0 };
        let x = u64::try_from(at).unwrap_or(0) * step;
        let y = HEIGHT - height;
        view! { <rect class=class x=x y=y width=step - 1 height=height></rect> }
    };
    let bars = all.iter().enumerate().map(|(at, (answers, failed))| {
        view! { {bar(at, *answers, "answers")} {bar(at, *failed, "failures")} }
    });
    let words = format!(
        "{total} answers of this process within the last hour, {failed} of them failures of the \
         server; at most {most} in a minute."
    );
    view! {
        <svg class="minutes" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img"
            aria-label=words.clone() preserveAspectRatio="none">
            {bars.collect_view()}
        </svg>
        <p class="note">{words}</p>
    }
}

fn queues(page: &StatusDesk) -> impl IntoView + use<> {
    let rows = page
        .queues
        .iter()
        .map(|(kind, [queued, running, dead], late)| {
            view! {
                <tr>
                    <th scope="row">{kind.clone()}</th>
                    <td>{*queued}</td>
                    <td>{*running}</td>
                    <td>{*dead}</td>
                    <td>{late.clone()}</td>
                </tr>
            }
        });
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Queues">
            <table>
                <caption>"Of all processes on this database"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Work"</th>
                        <th scope="col">"Waits"</th>
                        <th scope="col">"Runs"</th>
                        <th scope="col">"Given up"</th>
                        <th scope="col">"First is late by"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn nodes(page: &StatusDesk) -> impl IntoView + use<> {
    let rows = page.nodes.iter().map(|[role, host, version, age]| {
        view! {
            <tr>
                <th scope="row">{host.clone()}</th>
                <td>{role.clone()}</td>
                <td>{version.clone()}</td>
                <td>{age.clone()}</td>
            </tr>
        }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Processes">
            <table>
                <caption>"Those that said within 35 seconds that they live"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Machine"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Version"</th>
                        <th scope="col">"Runs for"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn guard(guard: &Guard) -> impl IntoView + use<> {
    let facts = guard.facts.iter().map(|(name, value)| {
        view! { <div><dt>{*name}</dt><dd>{value.clone()}</dd></div> }
    });
    view! {
        <div class="guard">
            <h3>{guard.name}</h3>
            <dl>{facts.collect_view()}</dl>
            <p class="note">"Taught in " {taught(guard.lesson)}</p>
        </div>
    }
}
