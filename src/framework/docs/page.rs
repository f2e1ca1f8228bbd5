use std::fmt::Display;
use std::time::Duration;

use super::one_line;

/// A page that is being written.
pub(super) struct Page(String);

impl Page {
    /// With its front matter.
    pub(super) fn new(title: &str, description: &str) -> Self {
        let description = one_line(description);
        Self(format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {description}\n---\n"))
    }

    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.block(&format!("{} {text}", "#".repeat(level)));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.block(text);
    }

    pub(super) fn code(&mut self, language: &str, text: &str) {
        self.block(&format!("```{language}\n{text}\n```"));
    }

    /// A list, and where it is empty nothing.
    pub(super) fn list(&mut self, items: impl IntoIterator<Item = impl Display>) {
        let items: Vec<_> = items.into_iter().map(|item| format!("- {item}")).collect();
        if !items.is_empty() {
            self.block(&items.join("\n"));
        }
    }

    pub(super) fn close(self) -> String {
        self.0
    }

    fn block(&mut self, text: &str) {
        self.0.push('\n');
        self.0.push_str(text);
        self.0.push('\n');
    }
}

/// The time in words.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (number, unit) = if seconds.is_multiple_of(60) { (seconds / 60, "minute") } else { (seconds, "second") };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_largest_unit_that_counts_it_whole() {
        let told = [1, 30, 60, 90, 3600].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(told, ["1 second", "30 seconds", "1 minute", "90 seconds", "60 minutes"]);
    }

    #[test]
    fn an_empty_list_leaves_no_trace() {
        let mut page = Page::new("t", "a\nb");
        page.list([""; 0]);
        assert_eq!(page.close(), "---\npage_title: \"t\"\nsubcategory: \"\"\ndescription: |-\n  a b\n---\n");
    }
}
