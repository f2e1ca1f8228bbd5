//! Every mistake that can be seen in the configuration alone is found by `validate`, and Terraform shows its line.

use super::Workspace;

/// Lines with a mistake end with a comment that has the summary of the error.
const CONFIGURATION: &str = include_str!("bad_input.tf");
const MARK: &str = "# error: ";

#[tokio::test]
async fn is_shown_where_it_is() {
    let workspace = Workspace::start(CONFIGURATION).await;
    let mut refused: Vec<_> =
        workspace.refused(&["validate"]).into_iter().map(|refusal| (refusal.line, refusal.summary)).collect();
    refused.sort();
    let lines = (1..).zip(CONFIGURATION.lines());
    let marked = lines.filter_map(|(number, line)| Some((number, line.split_once(MARK)?.1.to_owned())));
    assert_eq!(refused, marked.collect::<Vec<_>>());
    assert_eq!(workspace.emulator.calls(), []);
}
