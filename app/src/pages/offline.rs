//! What a reader sees without a network where no copy of a page is on the device. The service
//! worker keeps it, and its script lists what is there.

use leptos::prelude::*;

use super::found;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body() -> Body {
    let about = "This page is not on your device, and there is no network.";
    found(
        Head::new("No network", about).unlisted(),
        view! {
            <div class="page narrow">
                <h1>"No network"</h1>
                <p class="lead">
                    "The page you asked for is not on this device."
                </p>
                <section data-offline="list" hidden="">
                    <h2>"On this device"</h2>
                    <ul></ul>
                </section>
                <p class="note">
                    "With a network, the course map can save the whole course here, labs included."
                </p>
            </div>
        },
    )
}
