//! A report as JUnit XML, which every CI can show: a test for each scenario, one for the score.

use labs::Lab;
use serde_json::Value;

use crate::escape::escaped;
use crate::grader::offline::points;

/// A graded module. A scenario fails where the module broke down in it; the score fails below
/// `least` points.
pub fn of(lab: &Lab, report: &Value, least: Option<f64>) -> String {
    let scenarios = report["scenarios"].as_array().into_iter().flatten();
    let mut cases: Vec<(String, Option<String>)> = scenarios
        .map(|scenario| {
            let name = scenario["id"].as_str().unwrap_or_default();
            let score = points(scenario["score"].as_i64().unwrap_or(0));
            (format!("{name}: {score} points"), fault(scenario))
        })
        .collect();
    let score = report["score"].as_i64().unwrap_or(0);
    let least = least.unwrap_or(0.0);
    let below = super::grade::is_below(score, Some(least));
    let words = below.then(|| format!("{} points are below {least}", points(score)));
    cases.push((format!("score: {} points", points(score)), words));
    suite(lab, &cases)
}

/// A module that has no grade.
pub fn refused(lab: &Lab, why: &str) -> String {
    suite(lab, &[("module".to_owned(), Some(why.to_owned()))])
}

/// What broke in a scenario, if something did.
fn fault(scenario: &Value) -> Option<String> {
    let mut cases = scenario["cases"].as_array()?.iter();
    let case = cases.find(|case| !case["fault"].is_null())?;
    let fault = &case["fault"];
    Some(format!("seed {}: {fault}", case["seed"]))
}

fn suite(lab: &Lab, cases: &[(String, Option<String>)]) -> String {
    let failed = cases.iter().filter(|(_, why)| why.is_some()).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites><testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\">\n",
        escaped(lab.id),
        cases.len()
    );
    for (name, why) in cases {
        let class = escaped(lab.id);
        let name = escaped(name);
        text += &format!("  <testcase classname=\"{class}\" name=\"{name}\"");
        match why {
            Some(why) => {
                let why = escaped(why);
                text += &format!("><failure message=\"{why}\"/></testcase>\n");
            }
            None => text += "/>\n",
        }
    }
    text + "</testsuite></testsuites>\n"
}
