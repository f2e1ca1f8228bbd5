use std::collections::{BTreeMap, BTreeSet};

use crate::aws::settings::{Endpoints, Secret, Settings};
use crate::framework::schema::{Shape, block, optional};
use crate::framework::{Attribute, Diagnostic, Diagnostics};
use crate::model;
use crate::value::{Dynamic, Type, Value};

use super::tags::{IgnoredKeys, TagRules};

model! {
    /// The `provider` block.
    ///
    /// What is left out comes from where every AWS SDK takes it: environment variables, the shared configuration and
    /// credentials files, the role of a container or an instance.
    pub struct Config {
        /// The region of every object that does not name its own. Without it, `AWS_REGION`, `AWS_DEFAULT_REGION` and the
        /// profile are asked, in this order.
        pub region: Value<String> = optional(),
        /// The profile of the shared configuration and credentials files to use.
        pub profile: Value<String> = optional(),
        /// The id of a static access key. Needs `secret_key`.
        pub access_key: Value<String> = optional(),
        /// The secret of a static access key. Needs `access_key`.
        pub secret_key: Value<Secret> = optional().sensitive(),
        /// The session token of a temporary access key.
        pub token: Value<Secret> = optional().sensitive(),
        /// Where to send requests instead of AWS's own addresses.
        pub endpoints: Value<EndpointsBlock> = block(),
        /// Tags for every object that can have tags.
        pub default_tags: Value<DefaultTags> = block(),
        /// Tags that others put on objects: they are neither shown nor removed. A tag that this configuration sets, here or on
        /// an object, is not ignored.
        pub ignore_tags: Value<IgnoreTags> = block(),
    }
}

model! {
    /// The `endpoints` block.
    pub struct EndpointsBlock {
        /// The URL for EKS.
        pub eks: Value<String> = optional().check(check_url),
        /// The URL for STS.
        pub sts: Value<String> = optional().check(check_url),
    }
}

model! {
    /// The `default_tags` block.
    pub struct DefaultTags {
        /// The tags. A tag of the same key on an object goes before.
        pub tags: Value<BTreeMap<String, String>> = optional(),
    }
}

model! {
    /// The `ignore_tags` block.
    pub struct IgnoreTags {
        /// The keys of tags to ignore.
        pub keys: Value<BTreeSet<String>> = optional(),
        /// How the keys of tags to ignore begin.
        pub key_prefixes: Value<BTreeSet<String>> = optional(),
    }
}

impl Config {
    pub(super) fn check(&self) -> Result<(), Diagnostics> {
        let mut diagnostics = Diagnostics::none();
        let alone = |one: &'static str, other: &str| {
            let detail = format!("{one} is of no use without {other}. Give both, or neither.");
            Diagnostic::error("Incomplete access key", detail).at_attribute(one)
        };
        match (&self.access_key, &self.secret_key) {
            (Value::Known(_), Value::Null) => diagnostics.push(alone("access_key", "secret_key")),
            (Value::Null, Value::Known(_)) => diagnostics.push(alone("secret_key", "access_key")),
            _ => {}
        }
        if let (Value::Known(_), Value::Null) = (&self.token, &self.access_key) {
            diagnostics.push(alone("token", "access_key and secret_key"));
        }
        diagnostics.into_result()
    }

    /// The arguments that are known only after apply, and without which AWS cannot be reached.
    pub(super) fn unknown(&self) -> Vec<&'static str> {
        let endpoints = self.endpoints.known();
        [
            ("region", self.region.is_unknown()),
            ("profile", self.profile.is_unknown()),
            ("access_key", self.access_key.is_unknown()),
            ("secret_key", self.secret_key.is_unknown()),
            ("token", self.token.is_unknown()),
            (
                "endpoints",
                self.endpoints.is_unknown() || endpoints.is_some_and(|e| e.eks.is_unknown() || e.sts.is_unknown()),
            ),
        ]
        .into_iter()
        .filter_map(|(name, unknown)| unknown.then_some(name))
        .collect()
    }

    /// What the blocks `default_tags` and `ignore_tags` come to.
    pub(super) fn tag_rules(&self) -> TagRules {
        let ignored = self.ignore_tags.known();
        let known = |of: fn(&IgnoreTags) -> &Value<BTreeSet<String>>| {
            ignored.and_then(|ignored| of(ignored).known()).cloned().unwrap_or_default()
        };
        TagRules {
            default: match &self.default_tags {
                Value::Known(block) => block.tags.clone(),
                Value::Null => Value::Null,
                Value::Unknown => Value::Unknown,
            },
            ignored: IgnoredKeys { keys: known(|of| &of.keys), prefixes: known(|of| &of.key_prefixes) },
        }
    }

    pub(super) fn into_settings(self) -> Settings {
        let endpoints = self.endpoints.into_known().unwrap_or_default();
        Settings {
            region: given(self.region),
            profile: given(self.profile),
            access_key: given(self.access_key),
            secret_key: self.secret_key.into_known(),
            token: self.token.into_known(),
            endpoints: Endpoints { eks: given(endpoints.eks), sts: given(endpoints.sts) },
            ..Settings::default()
        }
    }
}

/// A text; an empty one counts as left out, as in hashicorp/aws, because modules pass `""` for "none".
fn given(text: Value<String>) -> Option<String> {
    text.into_known().filter(|text| !text.is_empty())
}

fn check_url(url: &str) -> Result<(), Diagnostic> {
    if url.is_empty() || url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    let detail = format!("{url:?} is no URL: it begins with neither https:// nor http://.");
    Err(Diagnostic::error("Invalid endpoint", detail))
}

impl Attribute for Secret {
    fn shape() -> Shape {
        Shape::Attribute(Type::String)
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        String::decode(value).map(Self::new)
    }

    fn encode(self) -> Dynamic {
        Dynamic::from(self.reveal())
    }
}
