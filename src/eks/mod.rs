//! The provider itself: what the practitioner writes, turned into calls of [`crate::aws`].
