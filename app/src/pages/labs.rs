//! The list of labs.

use leptos::prelude::*;

use super::course::topic_link;
use super::found;
use crate::backend::Backend;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend) -> Body {
    let library = backend.library();
    let head = Head::new(
        "Labs",
        "Write a policy, run it in the simulator, and have it graded.",
    );
    let labs = ::labs::ALL.iter().map(|lab| {
        let spec = lab.spec();
        let topics = library.topics_of_lab(lab.id);
        let topics = topics
            .iter()
            .map(|topic| view! { <li>{topic_link(topic)}</li> });
        let topics = topics.collect_view();
        let count = spec.public().count();
        view! {
            <li class="lab-card" data-lab=lab.id>
                <h2><a href=format!("/labs/{}", lab.id)>{spec.title.clone()}</a></h2>
                <p>{spec.summary.clone()}</p>
                <p class="note">
                    {spec.exports.len()} " functions to write · " {count} " public scenarios · "
                    {lab.policies.len()} " built-in policies to compare with"
                </p>
                <ul class="inline">{topics}</ul>
            </li>
        }
    });
    found(
        head,
        view! {
            <div class="page">
                <h1>"Labs"</h1>
                <p class="lead">
                    "In a lab you write a policy. The simulator asks it for decisions, request by
                request, and measures what they cost. Scores are deterministic: the same module gets
                the same report, to the byte, in your browser and on the server."
                </p>
                <ul class="cards wide">{labs.collect_view()}</ul>
            </div>
        },
    )
}
