//! The first page: the product at work.

use leptos::prelude::*;

use super::found;
use crate::assets::Site;
use crate::backend::Backend;
use crate::bench::Setup;
use crate::islands::LimiterBench;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend, _site: &Site) -> Body {
    let library = backend.library();
    let course = library.course();
    let setup = Setup::default();
    let head = Head::new(course.title.clone(), course.promise.clone());
    let areas = course.areas.iter().map(|area| {
        let topics: Vec<&str> = area.topics.iter().map(|t| t.title.as_str()).collect();
        view! {
            <li class="area-card">
                <h3><a href=format!("/course/{}", area.slug)>{area.title.clone()}</a></h3>
                <p>{area.tagline.clone()}</p>
                <p class="note">{topics.join(" · ")}</p>
            </li>
        }
    });
    found(
        head,
        view! {
            <section class="hero">
                <div class="hero-text">
                    <h1>"Learn system design by running your own code against it"</h1>
                    <p class="lead">
                        "Headroom is a course in which you write the load balancer, the retry policy
                    and the rate limiter yourself. A simulator runs them request by request and
                    measures them against a reference policy on the same trace."
                    </p>
                    <p class="actions">
                        <a class="button primary" href="/labs/rate_limiter">"Open the first lab"</a>
                        <a class="button" href="/course">"See the course"</a>
                    </p>
                    <p class="resume" data-resume hidden></p>
                </div>
                <section class="hero-figure" aria-labelledby="bench-title">
                    <h2 id="bench-title" class="figure-title">
                        "A fixed window lets twice the burst through"
                    </h2>
                    <LimiterBench
                        policy=setup.policy
                        rate=setup.rate
                        burst=setup.burst
                        shape=setup.shape.id().to_owned()
                    />
                </section>
            </section>
            <section class="page" aria-labelledby="how">
                <h2 id="how">"How a lab works"</h2>
                <ol class="steps">
                    <li>
                        <h3>"Write a policy"</h3>
                        <p>
                            "A few functions, in JavaScript or AssemblyScript in the browser, or in
                            Rust, C, Zig or Go as a WebAssembly module of your own."
                        </p>
                    </li>
                    <li>
                        <h3>"Run it"</h3>
                        <p>
                            "Every scenario runs in your browser in a second or two. Charts lay your
                            policy over the naive one, the reference and the best that is possible."
                        </p>
                    </li>
                    <li>
                        <h3>"Submit it"</h3>
                        <p>
                            "The server runs the same engine on the same seeds, then on scenarios
                        you have not seen. Its report has the same digest as yours, or something is
                        wrong and the page says so."
                        </p>
                    </li>
                </ol>
            </section>
            {super::articles::recent(&library)}
            <section class="page" aria-labelledby="areas">
                <h2 id="areas">"The course: " {course.areas.len()} " areas"</h2>
                <ul class="cards">{areas.collect_view()}</ul>
            </section>
        },
    )
}
