//! What the EKS operations do, one file per kind of object.

pub(crate) mod access_entries;
pub(crate) mod access_policies;
pub(crate) mod clusters;
pub(crate) mod tags;
pub(crate) mod updates;
