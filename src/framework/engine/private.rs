/// What the provider keeps beside an object in state and plan, where nobody else looks.
///
/// Its presence says that the object is ours: Terraform hands it on when it replaces an object, so that the create half
/// of a replacement can be told from a create that nobody expected.
pub(super) const MANAGED: &[u8] = br#"{"managed":true}"#;

/// The same, beside an object that an import has just found.
pub(super) const IMPORTED: &[u8] = br#"{"managed":true,"imported":true}"#;

/// Whether nothing has been done with the object but to import it.
pub(super) fn is_imported(private: &[u8]) -> bool {
    private == IMPORTED
}

/// Whether the object is ours.
pub(super) fn is_managed(private: &[u8]) -> bool {
    !private.is_empty()
}
