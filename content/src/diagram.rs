//! Diagrams from text: a subset of Mermaid, laid out and drawn as SVG when a lesson is loaded.
//! Colours come from classes, because pages allow no styles of their own; the same text gives the
//! same bytes.

mod draw;
mod flow;
mod graph;
mod layout;
mod order;
mod pen;
mod place;
mod rank;
mod route;
mod sequence;
mod state;
mod text;
mod timeline;

use self::graph::Graph;
use crate::model::{Diagram, Html};
use crate::page::{Page, suggest};

/// Wider drawings have letters too small to read once they fit the column.
const WIDEST: f64 = 900.0;
/// Lines that a reader can still follow.
const LONGEST: usize = 60;
/// Nodes and edges that a reader can still follow.
const NODES: usize = 40;
const EDGES: usize = 60;

/// A mistake: the line inside the block, from 0, and what is wrong with it.
type Slip = (usize, String);

/// A drawing before the page's frame is put around it.
struct Picture {
    width: f64,
    height: f64,
    /// Elements of SVG.
    marks: String,
    /// The same in words, for those who do not see it.
    words: String,
}

/// The diagram that a fence stands for; `at` is where the fence starts.
pub(crate) fn diagram(page: &Page<'_>, text: &str, at: usize) -> Option<Diagram> {
    match drawn(text) {
        Ok(diagram) => Some(diagram),
        Err((line, message)) => {
            let line = u32::try_from(line).unwrap_or(0);
            page.below(at, line + 1).problem(0, message);
            None
        }
    }
}

fn drawn(text: &str) -> Result<Diagram, Slip> {
    let first = text.lines().next().unwrap_or("");
    let title = first.trim().strip_prefix("%%");
    let title = title.and_then(|rest| rest.trim().strip_prefix("title:"));
    let title = title.map(str::trim).filter(|title| !title.is_empty());
    let title = title.ok_or_else(|| (0, "the first line is `%% title: …`".to_owned()))?;
    if text.lines().count() > LONGEST {
        return Err((LONGEST, format!("more than {LONGEST} lines")));
    }
    let picture = picture(&statements(text))?;
    if picture.width > WIDEST {
        let wide = picture.width.ceil();
        let message = format!("{wide} wide of at most {WIDEST}; break labels or use TD");
        return Err((0, message));
    }
    Ok(Diagram {
        title: title.to_owned(),
        svg: Html::trusted(pen::frame(title, &picture)),
    })
}

fn picture(lines: &[(usize, &str)]) -> Result<Picture, Slip> {
    let Some(((at, head), body)) = lines.split_first() else {
        return Err((0, "the diagram is empty".to_owned()));
    };
    let mut words = head.split_whitespace();
    let kind = words.next().unwrap_or("");
    let picture = match kind {
        "flowchart" => {
            let graph = flow::parse(*at, words.next(), body)?;
            layout::picture(&small(graph, *at)?)
        }
        "stateDiagram" | "stateDiagram-v2" => layout::picture(&small(state::parse(body)?, *at)?),
        "sequenceDiagram" => timeline::picture(&sequence::parse(body)?),
        other => {
            let near = suggest(other, ["flowchart", "sequenceDiagram", "stateDiagram"]);
            return Err((*at, format!("unknown kind of diagram “{other}”{near}")));
        }
    };
    if picture.marks.is_empty() {
        return Err((*at, "the diagram is empty".to_owned()));
    }
    Ok(picture)
}

/// The graph, if a reader can still follow it.
fn small(graph: Graph, at: usize) -> Result<Graph, Slip> {
    let (nodes, edges) = (graph.nodes.len(), graph.edges.len());
    if nodes > NODES || edges > EDGES {
        let most = format!("at most {NODES} nodes and {EDGES} edges");
        return Err((at, format!("{nodes} nodes and {edges} edges; {most}")));
    }
    Ok(graph)
}

/// Lines that say something, with their numbers; comments and blank lines do not.
fn statements(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().map(str::trim).enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with("%%"))
        .collect()
}
