/// A call of the remote API that an object makes: what the documentation says of it, and what a test holds the object to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The remote side's own name for it, with the service in front: `eks:CreateAccessEntry`.
    pub name: &'static str,
    /// On what occasions, as Markdown in the middle of a sentence.
    pub when: &'static str,
    /// What whoever makes it has to be allowed besides, and when.
    pub also: &'static [(&'static str, &'static str)],
}

impl Call {
    /// A call that needs no other permission than the one of its own name.
    pub const fn new(name: &'static str, when: &'static str) -> Self {
        Self { name, when, also: &[] }
    }

    /// The same, where other permissions are needed too.
    pub const fn also(self, also: &'static [(&'static str, &'static str)]) -> Self {
        Self { also, ..self }
    }
}
