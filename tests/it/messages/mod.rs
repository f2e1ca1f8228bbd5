//! Every sentence that the provider can say to a practitioner, in one file, so that a change of one shows in a review.
//!
//! The file lists what the source says, not what a run happened to provoke: a message without a test is in it as well. In
//! front are the diagnostics of a source file, each with what its summary and its detail are made of; then whatever other
//! sentences are in that file, which end up in diagnostics on other ways. The logs are left out.

mod source;

use std::fs;
use std::path::Path;

use source::File;

/// Set, to any value, to write the list instead of comparing it.
const UPDATE: &str = "UPDATE_GENERATED";

#[test]
fn are_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = root.join("tests/it/messages/messages.txt");
    let now: String = source::files(&root.join("src")).iter().map(File::to_string).collect();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&list, &now).unwrap();
    }
    let listed = fs::read_to_string(&list).unwrap_or_default();
    let differs = listed.lines().zip(now.lines()).find(|(listed, now)| listed != now);
    assert!(
        listed == now,
        "what the provider says is not what {} lists, first here:\n{}\nRead the new messages as somebody at three in the \
         morning would. To mend it:\n\n    {UPDATE}=1 cargo nextest run messages\n",
        list.display(),
        differs.map_or_else(|| "one has more lines".to_owned(), |(listed, now)| format!("- {listed}\n+ {now}")),
    );
}

#[test]
fn are_found_wherever_their_words_come_from() {
    let code = r##"
        /// A comment.
        const WHY: &str = "It is so.";
        #[error("a cause: {0}")]
        struct Error;
        fn one(name: &str) -> Diagnostic {
            let detail = format!("{name:?} is wrong. \
                It should be right.");
            log_info!("not for practitioners");
            Diagnostic::error("Wrong name", detail).at_attribute("name")
        }
        fn two(is_it: bool) -> Diagnostic {
            let (summary, detail) = if is_it { ("Is it", "It is.") } else { ("Is it not", WHY) };
            Diagnostic::warning(summary, detail)
        }
        #[cfg(test)]
        mod tests { fn three() { Diagnostic::bug("In a test", "Never mind."); } }
    "##;
    let expected = "\
src/x.rs

  error: Wrong name
    {name:?} is wrong. It should be right.

  warning: Is it / It is. / Is it not / It is so.
    Is it / It is. / Is it not / It is so.

  a cause: {0}

";
    assert_eq!(File::read("src/x.rs", code).to_string(), expected);
}
